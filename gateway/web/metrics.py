"""`/metrics`, for Prometheus: only for who holds the admin token."""

import hmac

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.credentials.secret import Secret
from gateway.observability.metrics import CONTENT_TYPE, Metrics

PATH = "/metrics"


def metrics_route(metrics: Metrics, admin_token: Secret | None) -> Route:
    """The route.

    Args:
        metrics: What is shown.
        admin_token: What has to be sent as `Authorization: Bearer TOKEN`; None opens it to everybody, for a demo.
    """

    async def page(request: Request) -> Response:
        if admin_token is not None and not _holds(request.headers.get("authorization", ""), admin_token):
            headers = {"WWW-Authenticate": 'Bearer realm="metrics"', "Cache-Control": "no-store"}
            return PlainTextResponse("This needs the gateway's admin token.\n", 401, headers)
        return Response(metrics.page(), headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})

    return Route(PATH, page)


def _holds(sent: str, admin_token: Secret) -> bool:
    kind, _, token = sent.partition(" ")
    same = hmac.compare_digest(token.strip().encode(), admin_token.reveal().encode())
    return kind.lower() == "bearer" and same
