"""The demo's front page, and the token that only the demo gives away."""

import html
from string import Template

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from gateway.web.pages import STATIC, PageFiles, html_page

_TOKEN_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Sec-Fetch-Site",
    "X-Content-Type-Options": "nosniff",
}


def demo_routes(*, token: str, project_id: str, gallery_url: str | None = None) -> list[BaseRoute]:
    """Lists the routes of the demo: the page at `/`, its files, and its token.

    Args:
        token: A token that the demo's emulator accepts; everybody who reaches the page may read it.
        project_id: The project the token belongs to.
        gallery_url: Where the page's gallery link leads; without one there is no link.
    """
    directory = STATIC / "demo"
    link = f'<a class="button" href="{html.escape(gallery_url)}">Gallery</a>' if gallery_url else ""
    document = Template((directory / "index.html").read_text("utf-8")).substitute(gallery=link)

    async def page(_request: Request) -> Response:
        return html_page(document)

    async def token_json(request: Request) -> Response:
        # Fetch Metadata: what the browser says of the asker. Other programs say nothing.
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            return PlainTextResponse("This is for the demo's own pages.\n", 403, _TOKEN_HEADERS)
        return JSONResponse({"token": token, "projectId": project_id}, headers=_TOKEN_HEADERS)

    return [
        Route("/", page),
        Route("/demo/token.json", token_json),
        Mount("/demo/assets", PageFiles(directory / "assets", cache_control="no-cache"), name="demo-assets"),
    ]
