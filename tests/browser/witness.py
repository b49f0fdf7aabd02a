"""What a tab did that nobody should see."""

from typing import Any

from playwright.sync_api import ConsoleMessage, Page

_STORED = """async () => ({
    local: {...localStorage},
    session: {...sessionStorage},
    cookies: document.cookie,
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    url: location.href,
})"""

_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => {
    console.error(`policy: ${event.effectiveDirective} ${event.blockedURI}`);
});
"""


class Witness:
    """Watches a tab.

    Attributes:
        complaints: Errors and warnings of the console, uncaught errors, violations of the content policy.
        requests: The address of every request, those of workers among them.
    """

    def __init__(self, page: Page, site: str) -> None:
        self._page = page
        self._site = site
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.context.on("request", lambda request: self.requests.append(request.url))
        page.add_init_script(_VIOLATIONS)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    @property
    def strangers(self) -> list[str]:
        """Requests that left the site; data: addresses go nowhere."""
        return [url for url in self.requests if not url.startswith((f"{self._site}/", "data:"))]

    def stored(self) -> dict[str, Any]:
        """All that the tab could leave behind: storages, cookies, databases, caches, service workers, its address."""
        stored: dict[str, Any] = self._page.evaluate(_STORED)
        return stored
