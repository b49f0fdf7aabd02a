"""GraphiQL, for browsers that open the GraphQL address."""

import html
from typing import Literal

from starlette.responses import Response
from starlette.routing import Mount

from gateway.web.pages import FOR_A_YEAR, STATIC, PageFiles, html_page

# Monaco, GraphiQL's editor, writes <style> elements, draws with data: fonts, and runs workers.
_POLICY = {"style-src": "'self' 'unsafe-inline'", "font-src": "'self' data:", "worker-src": "'self'"}


class GraphiQL:
    """The page and its files, built from `frontend/graphiql` and read once.

    Args:
        token_url: Where the page asks for a token to begin with, as `demo_page` serves it; without
            one it asks nobody.
        home: Where the page's name leads; without one it is no link.
        explain: For an example with an explanation: `1`, or `secret` where the user has to fill one in.
    """

    def __init__(self, *, token_url: str = "", home: str = "", explain: Literal["", "1", "secret"] = "") -> None:
        directory = STATIC / "graphiql"
        document = (directory / "index.html").read_text("utf-8")
        attributes = {"data-token-url": token_url, "data-home": home, "data-explain": explain}
        for attribute, value in attributes.items():
            document = document.replace(f'{attribute}=""', f'{attribute}="{html.escape(value)}"')
        self._document = document
        self.assets = Mount(
            "/graphql/assets", PageFiles(directory / "assets", cache_control=FOR_A_YEAR), name="graphiql-assets"
        )

    def page(self) -> Response:
        """Answers `GET /graphql` where `negotiation.prefers_html` says so."""
        response = html_page(self._document, _POLICY)
        response.headers["Vary"] = "Accept"
        return response
