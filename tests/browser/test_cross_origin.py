"""What a page of another origin can do in a real browser."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.house import TOKEN
from tests.support.served import Served, serve_gateway

FETCH = """
async ([url, options]) => {
  try {
    const answer = await fetch(url, options);
    const seen = ['retry-after', 'etag', 'cache-control', 'x-content-type-options'];
    const headers = Object.fromEntries(seen.map((name) => [name, answer.headers.get(name)]));
    return { status: answer.status, text: await answer.text(), headers };
  } catch (problem) {
    return { refused: String(problem) };
  }
}
"""


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Another origin: an empty page on a port of its own."""
    folder: Path = tmp_path_factory.mktemp("stranger")
    (folder / "index.html").write_text("<!doctype html><title>stranger</title>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the parent's name
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def page(chromium: Browser, stranger: str) -> Iterator[Page]:
    """A tab that shows the stranger's page."""
    with chromium.new_context() as context:
        tab = context.new_page()
        tab.goto(stranger)
        yield tab


def fetch(page: Page, url: str, **options: Any) -> dict[str, Any]:
    """What a script of the page gets."""
    result: dict[str, Any] = page.evaluate(FETCH, [url, options])
    return result


def asked_json(query: str = "{thumbnailTasks{totalCount}}") -> dict[str, Any]:
    """The options of an ordinary request with a token."""
    headers = {"Content-Type": "application/json", "X-Auth-Token": TOKEN}
    return {"method": "POST", "headers": headers, "body": f'{{"query": "{query}"}}'}


@pytest.fixture(scope="module")
def closed() -> Iterator[Served]:
    """A gateway that no other origin may ask."""
    with serve_gateway() as server:
        yield server


def test_a_stranger_can_neither_ask_nor_cause_work(page: Page, closed: Served) -> None:
    """JSON is not sent at all; what goes unasked (a form's types, a GET) is refused, and no upstream call is made."""
    url = f"{closed.url}/graphql"
    assert "refused" in fetch(page, url, **asked_json())
    query = '{"query": "{thumbnailTasks{totalCount}}"}'
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        unasked = {"method": "POST", "mode": "no-cors", "headers": {"Content-Type": media_type}, "body": query}
        with page.expect_request(url):
            assert not fetch(page, url, **unasked).get("text")
    with page.expect_request(lambda request: request.url.startswith(url)):
        assert not fetch(page, f"{url}?query={{thumbnailTasks{{totalCount}}}}", mode="no-cors").get("text")
    assert len(closed.emulator.journal) == 0


def test_a_form_of_a_stranger_is_refused(page: Page, closed: Served) -> None:
    """It needs no script, and is sent as a navigation."""
    form = f"""
        <form id=f method=post enctype=text/plain action="{closed.url}/graphql">
        <input name='{{"query": "{{__typename}}", "a": "' value='"}}'></form>
    """
    page.set_content(form)
    with page.expect_response(f"{closed.url}/graphql") as seen:
        page.eval_on_selector("#f", "form => form.submit()")
    assert seen.value.status == 415
    assert len(closed.emulator.journal) == 0


def test_a_page_of_an_allowed_origin_asks_and_sees(page: Page, stranger: str) -> None:
    """Answers, refusals and the headers that are exposed; only with the header does a GET go through."""
    with serve_gateway(cors_origins=stranger) as served:
        url = f"{served.url}/graphql"
        answer = fetch(page, url, **asked_json())
        assert (answer["status"], '"totalCount":250' in answer["text"]) == (200, True)
        assert answer["headers"]["cache-control"].startswith("private")
        refused = fetch(page, url, **asked_json("{"))
        assert (refused["status"], "GRAPHQL_PARSE_FAILED" in refused["text"]) == (400, True)
        get = f"{url}?query={{__typename}}"
        assert fetch(page, get)["status"] == 400
        assert fetch(page, get, headers={"GraphQL-Require-Preflight": "1"})["status"] == 200
        assert "refused" in fetch(page, get, credentials="include", headers={"GraphQL-Require-Preflight": "1"})


def test_a_page_of_an_origin_that_is_not_listed_sees_nothing(page: Page) -> None:
    """The preflight is refused."""
    with serve_gateway(cors_origins="https://app.example.com") as served:
        assert "refused" in fetch(page, f"{served.url}/graphql", **asked_json())
        assert len(served.emulator.journal) == 0
