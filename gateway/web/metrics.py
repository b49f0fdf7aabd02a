"""`/metrics`, for Prometheus: only for who holds the admin token."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.credentials.secret import Secret
from gateway.observability.metrics import CONTENT_TYPE, Metrics
from gateway.web.admin import refusal

PATH = "/metrics"


def metrics_route(metrics: Metrics, admin_token: Secret | None) -> Route:
    """The route.

    Args:
        metrics: What is shown.
        admin_token: What has to be sent as `Authorization: Bearer TOKEN`; None opens it to everybody, for a demo.
    """

    async def page(request: Request) -> Response:
        if admin_token is not None and (refused := refusal(request, admin_token)):
            return refused
        return Response(metrics.page(), headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})

    return Route(PATH, page)
