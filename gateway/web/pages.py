"""HTML pages and their files: strict headers for both."""

import os
from os import PathLike
from pathlib import Path

from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"

FOR_A_YEAR = "public, max-age=31536000, immutable"
"""`Cache-Control` of a built file: its name changes with its content."""

# Content Security Policy, level 3. form-action, base-uri and frame-ancestors do not fall back to default-src.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

_FILE_HEADERS = {
    # A worker is governed by the policy it came with, not by its page's; none of our files loads another.
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

# The types a browser insists on under nosniff; the machine's own table may say otherwise (Windows' registry).
_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".ttf": "font/ttf"}


def html_page(content: str, policy: dict[str, str] | None = None) -> HTMLResponse:
    """Answers a page that may load what its own origin serves, and nothing else.

    Args:
        content: The whole document. Inline scripts and styles in it are not run.
        policy: Directives of the content policy to add, or to set instead of the usual ones.
    """
    directives = _POLICY | (policy or {})
    return HTMLResponse(
        content,
        headers={
            "Cache-Control": "no-cache",
            "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in directives.items()),
            "Cross-Origin-Opener-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )


class PageFiles(StaticFiles):
    """Serves the files of a page.

    Args:
        directory: Where they lie.
        cache_control: How long a browser keeps them, as the header's value.
    """

    def __init__(self, directory: Path, *, cache_control: str) -> None:
        super().__init__(directory=directory)
        self._headers = _FILE_HEADERS | {"Cache-Control": cache_control}

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Adds our headers to the file, or to the 304 that stands for it."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(self._headers)
        media_type = _MEDIA_TYPES.get(Path(full_path).suffix)
        if media_type and "content-type" in response.headers:
            response.headers["Content-Type"] = media_type
        return response
