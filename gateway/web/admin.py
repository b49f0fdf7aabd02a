"""What only who holds the admin token may ask for."""

import hmac

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gateway.credentials.secret import Secret


def refusal(request: Request, admin_token: Secret) -> Response | None:
    """The answer to who does not send `Authorization: Bearer` with the token; None for who does."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(token.strip().encode(), admin_token.reveal().encode())
    if kind.lower() == "bearer" and same:
        return None
    headers = {"WWW-Authenticate": 'Bearer realm="admin"', "Cache-Control": "no-store"}
    return PlainTextResponse("This needs the gateway's admin token.\n", 401, headers)
