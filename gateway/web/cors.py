"""Which pages of other origins may ask from a browser, and what they may send and see (Fetch, section 3.2)."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp
from typing_extensions import override

from gateway.credentials.resolve import CREDENTIAL_HEADERS
from gateway.web.csrf import PREFLIGHT_HEADERS
from gateway.web.security_headers import SECURITY_HEADERS

REQUEST_HEADERS = (*CREDENTIAL_HEADERS, *PREFLIGHT_HEADERS, "Content-Type", "Cache-Control", "If-None-Match")
EXPOSED_HEADERS = ("Age", "Cache-Status", "ETag", "Retry-After", "WWW-Authenticate", "X-Request-Id")

_PREFLIGHT_SECONDS = 600


def with_cors(app: ASGIApp, origins: str, further_headers: Sequence[str]) -> ASGIApp:
    """An application for the origins that a setting lists, and as it was for none.

    Cookies are never allowed across origins: a credential is a header here, which a page has to know.

    Args:
        app: Answers the requests.
        origins: Separated by commas, or `*`.
        further_headers: What pages may send beside `REQUEST_HEADERS`.
    """
    if not origins:
        return app
    return _Cors(
        app,
        allow_origins=origins.split(","),
        allow_methods=["GET", "POST"],
        allow_headers=(*REQUEST_HEADERS, *further_headers),
        expose_headers=EXPOSED_HEADERS,
        max_age=_PREFLIGHT_SECONDS,
    )


class _Cors(CORSMiddleware):
    @override
    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)  # no other answer is made here
        response.headers.update(SECURITY_HEADERS)
        return response
