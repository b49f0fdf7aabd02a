"""Requests that another site's page could make a browser send unasked.

A browser asks the server first (a preflight) before it sends a request across origins with a header of its
own choosing. A GET without one is sent at once, so it needs such a header; a POST needs none, because the
media type that it must have here, `application/json`, is preflighted too. The `Content-Type` of a GET
proves nothing: browsers had bugs in that.
"""

from collections.abc import Mapping

from gateway.errors import BadUserInput, Reason
from gateway.web.graphql_request import HttpError

PREFLIGHT_HEADERS = ("GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name")


def check_preflighted(method: str, headers: Mapping[str, str]) -> None:
    """Refuses what a browser may send without asking first.

    Raises:
        HttpError: 400.
    """
    if method == "POST" or any(headers.get(name) for name in PREFLIGHT_HEADERS):
        return
    message = f"A GET request needs one of the headers {', '.join(PREFLIGHT_HEADERS)}, with any value."
    raise HttpError(400, BadUserInput(message, Reason.PREFLIGHT_REQUIRED))
