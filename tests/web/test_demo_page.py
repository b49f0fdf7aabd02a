"""The demo's front page and its token, over HTTP."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from gateway.web.demo_page import demo_routes

TOKEN = "a-token-for-everybody"
PROJECT = "0123456789abcdef0123456789abcdef"


def demo(gallery_url: str | None = None) -> httpx.AsyncClient:
    app = Starlette(routes=demo_routes(token=TOKEN, project_id=PROJECT, gallery_url=gallery_url))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://demo.test")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with demo() as client:
        yield client


async def test_the_page_comes_with_a_strict_policy(client: httpx.AsyncClient) -> None:
    """The page loads and asks its own origin only, and runs nothing that stands in the document."""
    response = await client.get("/")

    directives = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
    assert directives == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"<style|<script[^>]*>[^<]|\s(?:on\w+|style)=|javascript:", response.text)


async def test_the_page_and_its_files_are_small(client: httpx.AsyncClient) -> None:
    """All that the page loads is there, with its type, and 20 KB together."""
    page = await client.get("/")
    files = re.findall(r'(?:src|href)="(demo/[^"]+)"', page.text)
    answers = [await client.get(f"/{file}") for file in files]

    assert [answer.status_code for answer in answers] == [200] * len(files)
    assert {answer.headers["Content-Type"].split(";")[0] for answer in answers} == {
        "text/css",
        "text/javascript",
        "image/svg+xml",
    }
    assert all(answer.headers["Cache-Control"] == "no-cache" for answer in answers)
    assert len(page.content) + sum(len(answer.content) for answer in answers) < 20_000


async def test_the_page_holds_no_token(client: httpx.AsyncClient) -> None:
    """The token is asked for, it does not stand in the page."""
    assert TOKEN not in (await client.get("/")).text


async def test_a_gallery_is_linked_only_where_there_is_one(client: httpx.AsyncClient) -> None:
    """No gallery, no trace of one; the link's address is escaped."""
    assert "Gallery" not in (await client.get("/")).text
    async with demo('gallery?a="&b') as with_gallery:
        assert '<a class="button" href="gallery?a=&quot;&amp;b">Gallery</a>' in (await with_gallery.get("/")).text


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}])
async def test_the_token_is_for_the_demos_own_pages(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """The demo's pages, a person and a program read the token; nobody keeps it."""
    response = await client.get("/demo/token.json", headers=headers)

    assert response.json() == {"token": TOKEN, "projectId": PROJECT}
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site", "something-new"])
async def test_another_site_gets_no_token(client: httpx.AsyncClient, site: str) -> None:
    """A browser that asks for another site's page is refused, and the refusal is not kept either."""
    response = await client.get("/demo/token.json", headers={"Sec-Fetch-Site": site})

    assert response.status_code == 403
    assert TOKEN not in response.text
    assert response.headers["Cache-Control"] == "no-store"
