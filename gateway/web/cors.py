"""Which pages of other origins may ask from a browser, and what they may send and see (Fetch, section 3.2)."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from gateway.credentials.resolve import CREDENTIAL_HEADERS
from gateway.web.csrf import PREFLIGHT_HEADERS

REQUEST_HEADERS = (*CREDENTIAL_HEADERS, *PREFLIGHT_HEADERS, "Cache-Control", "Content-Type", "If-None-Match")
EXPOSED_HEADERS = ("Age", "Cache-Status", "ETag", "Retry-After", "WWW-Authenticate", "X-Request-Id")

_PREFLIGHT_SECONDS = 600


def cors(origins: str, further_headers: Sequence[str]) -> list[Middleware]:
    """The middleware for the origins that a setting lists; none for none.

    Cookies are never allowed across origins: a credential is a header here, which a page has to know.

    Args:
        origins: Separated by commas, or `*`.
        further_headers: What pages may send beside `REQUEST_HEADERS`.
    """
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins.split(","),
            allow_methods=["GET", "POST"],
            allow_headers=(*REQUEST_HEADERS, *further_headers),
            expose_headers=EXPOSED_HEADERS,
            max_age=_PREFLIGHT_SECONDS,
        )
    ]
