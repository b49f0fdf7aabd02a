"""The gallery's routes and its built files."""

import hashlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from gateway.web.gallery import gallery_routes
from gateway.web.pages import STATIC

SOURCES = Path(__file__).parents[2] / "examples/web"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gallery alone, whose pictures come from another origin."""
    app = Starlette(routes=gallery_routes(pictures_from=lambda: "http://pictures.test:8137"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gallery.test") as client:
        yield client


async def test_the_page_loads_its_own_files_and_the_demos_pictures_only(client: httpx.AsyncClient) -> None:
    """The policy names everything that may be loaded; scripts and styles in the page itself are not run."""
    response = await client.get("/gallery")
    assert response.status_code == 200
    policy = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' http://pictures.test:8137",
        "connect-src": "'self'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-cache"


async def test_without_another_origin_pictures_are_the_pages_own() -> None:
    """A demo that does not know its address yet allows none besides itself."""
    app = Starlette(routes=gallery_routes(pictures_from=lambda: None))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gallery.test") as client:
        policy = (await client.get("/gallery")).headers["Content-Security-Policy"]
    assert "img-src 'self';" in policy


async def test_the_page_holds_no_script_of_its_own(client: httpx.AsyncClient) -> None:
    """Every script and style is a file, as the policy demands."""
    page = (await client.get("/gallery")).text
    assert re.findall(r"<script[^>]*>([^<]+)</script>", page) == []
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)


async def test_every_file_the_page_names_is_served_for_a_year(client: httpx.AsyncClient) -> None:
    """The page's files answer with their types, and are kept: a changed file has another name."""
    files = re.findall(r'(?:src|href)="(gallery/[^"]+)"', (await client.get("/gallery")).text)
    assert sorted(file.rsplit(".", 1)[1] for file in files) == ["css", "js", "svg"]
    for file in files:
        response = await client.get(f"/{file}")
        assert response.status_code == 200, file
        assert response.headers["Content-Type"].startswith(("text/javascript", "text/css", "image/svg+xml")), file
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["", "/", "/missing.js", "/..%2findex.html", "/%2e%2e/LICENSES.txt"])
async def test_nothing_beside_the_files_is_served(client: httpx.AsyncClient, path: str) -> None:
    """There is no listing, and no way out of the folder."""
    response = await client.get(f"/gallery/assets{path}", follow_redirects=True)
    assert response.status_code in {404, 405}


def test_the_built_files_are_those_of_the_sources() -> None:
    """`make gallery` was run after the last change: the digest it left is that of the sources."""
    top = ["codegen.ts", "index.html", "package-lock.json", "package.json", "tsconfig.json", "vite.config.ts"]
    nested = [f"{folder}/{path.name}" for folder in ("build", "src") for path in (SOURCES / folder).iterdir()]
    digest = hashlib.sha256()
    for name in sorted(top + nested):
        content = (SOURCES / name).read_bytes()
        digest.update(f"{name} {len(content)}\n".encode() + content)
    assert digest.hexdigest() == (STATIC / "gallery/sources.sha256").read_text().strip()


@pytest.mark.parametrize("folder", ["examples/web", "examples/relay", "tests/clients"])
def test_versions_are_exact_and_the_locks_name_no_registry(folder: str) -> None:
    """What is installed is pinned to the version and the bytes, from whichever registry it comes."""
    home = Path(__file__).parents[2] / folder
    package = json.loads((home / "package.json").read_text())
    lock = json.loads((home / "package-lock.json").read_text())
    wanted = {**package["dependencies"], **package.get("devDependencies", {}), **package.get("overrides", {})}
    assert [version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    locked = {path: entry for path, entry in lock["packages"].items() if path}
    assert [path for path, entry in locked.items() if "integrity" not in entry] == []
    assert [path for path, entry in locked.items() if "resolved" in entry] == []


def test_the_licences_of_what_is_bundled_are_there() -> None:
    """Each package that the page is made of stands in LICENSES.txt with its terms."""
    package = json.loads((SOURCES / "package.json").read_text())
    text = (STATIC / "gallery/LICENSES.txt").read_text("utf-8")
    sections = {part.split(" (")[0]: part for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]}
    for name, version in package["dependencies"].items():
        assert f"{name} - {version}" in sections
    for section in sections.values():
        assert re.search("Permission is hereby granted|Apache License|Permission to use", section)
