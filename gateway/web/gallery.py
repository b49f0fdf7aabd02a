"""The gallery: a page of pictures for those who would rather look than read."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from gateway.web.pages import FOR_A_YEAR, STATIC, PageFiles, html_page


def gallery_routes(*, pictures_from: Callable[[], str | None]) -> list[BaseRoute]:
    """Lists the routes of the gallery: the page at `/gallery`, and its files, built from `examples/web`.

    The page asks for GraphQL at `graphql` and for a token at `demo/token.json`, both beside it.

    Args:
        pictures_from: Tells the one origin besides the page's own that it may show pictures of, such as
            `http://127.0.0.1:8000`; asked for each request, since a demo learns its port late.
    """
    directory = STATIC / "gallery"
    document = (directory / "index.html").read_text("utf-8")

    async def page(_request: Request) -> Response:
        return html_page(document, {"img-src": f"'self' {pictures_from() or ''}".strip()})

    return [
        Route("/gallery", page),
        Mount("/gallery/assets", PageFiles(directory / "assets", cache_control=FOR_A_YEAR), name="gallery-assets"),
    ]
