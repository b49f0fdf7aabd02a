"""The GraphiQL page and its files, over HTTP."""

import hashlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.settings import load
from gateway.web.app import create_app
from gateway.web.graphiql import GraphiQL
from gateway.web.pages import STATIC

FRONTEND = Path(__file__).parents[2] / "frontend" / "graphiql"


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}


def gateway(*, graphiql: bool) -> httpx.AsyncClient:
    settings = load({}, env_file=None, upstream_url="https://vod.test", project_id="p", graphiql=graphiql)
    app = create_app(settings)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")


def served(graphiql: GraphiQL) -> httpx.AsyncClient:
    async def page(_request: Request) -> Response:
        return graphiql.page()

    app = Starlette(routes=[Route("/graphql", page), graphiql.assets])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with served(GraphiQL()) as client:
        yield client


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/graphql-response+json, */*;q=0.1"])
async def test_only_a_browser_is_shown_the_page(accept: str) -> None:
    """Whoever does not ask for text/html by name is answered in JSON, whatever the address says."""
    async with gateway(graphiql=True) as client:
        page = await client.get("/graphql?query={__typename}", headers=BROWSER)
        answer = await client.get("/graphql?query={__typename}", headers={"Accept": accept})

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "__typename" not in page.text
    assert "json" in answer.headers["Content-Type"]
    assert "Accept" in answer.headers["Vary"]


async def test_the_setting_puts_it_away() -> None:
    """With the setting off a browser meets GraphQL like everybody else, and there are no files."""
    async with gateway(graphiql=False) as client:
        page = await client.get("/graphql?query={__typename}", headers=BROWSER)
        names = [path.name for path in (STATIC / "graphiql" / "assets").glob("index-*.js")]
        file = await client.get(f"/graphql/assets/{names[0]}")

    assert "json" in page.headers["Content-Type"]
    assert file.status_code == 404


async def test_the_page_comes_with_a_strict_policy(client: httpx.AsyncClient) -> None:
    """The page may load and ask its own origin only; inline styles are the one thing Monaco needs beyond that."""
    response = await client.get("/graphql")

    directives = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
    assert directives == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Vary"] == "Accept"


async def test_the_page_holds_no_script_of_its_own(client: httpx.AsyncClient) -> None:
    """Every script and style is a file, as the policy demands."""
    page = (await client.get("/graphql")).text

    assert re.findall(r"<script[^>]*>([^<]+)</script>", page) == []
    assert not re.search(r"<style|\son\w+=|javascript:", page)


async def test_every_file_the_page_names_is_served_for_a_year(client: httpx.AsyncClient) -> None:
    """The page's scripts and styles answer with their types, and are kept: a changed file has another name."""
    page = (await client.get("/graphql")).text
    files = re.findall(r'(?:src|href)="(graphql/[^"]+)"', page)
    assert len(files) >= 2

    for file in files:
        response = await client.get(f"/{file}")
        assert response.status_code == 200, file
        assert response.headers["Content-Type"].startswith(("text/javascript", "text/css")), file
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_a_file_may_load_nothing(client: httpx.AsyncClient) -> None:
    """Each file, also one that has not changed, forbids everything: a worker is held by its own policy."""
    for worker in (STATIC / "graphiql" / "assets").glob("*.worker-*.js"):
        response = await client.get(f"/graphql/assets/{worker.name}")
        again = await client.get(f"/graphql/assets/{worker.name}", headers={"If-None-Match": response.headers["ETag"]})

        assert (response.status_code, again.status_code) == (200, 304)
        for answer in (response, again):
            assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path", ["", "/", "/missing.js", "/..%2findex.html", "/%2e%2e/LICENSES.txt", "/..%5cindex.html"]
)
async def test_nothing_beside_the_files_is_served(client: httpx.AsyncClient, path: str) -> None:
    """There is no listing, and no way out of the folder."""
    response = await client.get(f"/graphql/assets{path}", follow_redirects=True)

    assert response.status_code in {404, 405}


async def test_only_a_demo_names_a_token(client: httpx.AsyncClient) -> None:
    """Without an address for a token the page has none to ask; with one it is in the page, escaped."""
    async with served(GraphiQL(token_url='demo/token.json?a="&b', home="./")) as demo:
        assert 'data-token-url="demo/token.json?a=&quot;&amp;b"' in (await demo.get("/graphql")).text
        assert 'data-home="./"' in (await demo.get("/graphql")).text

    assert 'data-token-url=""' in (await client.get("/graphql")).text
    assert 'data-home=""' in (await client.get("/graphql")).text


def test_the_built_files_are_those_of_the_sources() -> None:
    """`make graphiql` was run after the last change: the digest it left is that of the sources."""
    top = ["index.html", "package-lock.json", "package.json", "vite.config.js"]
    nested = [f"{folder}/{path.name}" for folder in ("build", "src") for path in (FRONTEND / folder).iterdir()]
    digest = hashlib.sha256()
    for name in sorted(top + nested):
        content = (FRONTEND / name).read_bytes()
        digest.update(f"{name} {len(content)}\n".encode() + content)

    assert digest.hexdigest() == (STATIC / "graphiql" / "sources.sha256").read_text().strip()


def test_versions_are_exact_and_the_lock_names_no_registry() -> None:
    """What is built is pinned to the version and the bytes, from whichever registry it comes."""
    package = json.loads((FRONTEND / "package.json").read_text())
    lock = json.loads((FRONTEND / "package-lock.json").read_text())

    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert [version for version in versions if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    installed = {path: entry for path, entry in lock["packages"].items() if path}
    assert [path for path, entry in installed.items() if "integrity" not in entry] == []
    assert [path for path, entry in installed.items() if "resolved" in entry] == []


def test_the_licences_of_what_is_bundled_are_there() -> None:
    """Each package that the page is made of stands in LICENSES.txt with its version and its terms."""
    package = json.loads((FRONTEND / "package.json").read_text())
    text = (STATIC / "graphiql" / "LICENSES.txt").read_text("utf-8")
    sections = {part.strip().split(" (")[0]: part for part in text.split("=" * 80)[1:]}

    for name, version in package["dependencies"].items():
        assert "Permission is hereby granted, free of charge" in sections[f"{name} {version}"]
    assert all(len(section) > 400 for section in sections.values())
