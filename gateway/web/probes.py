"""`/livez` and `/readyz`: whether this process runs, and whether it should get requests.

Neither asks the upstream: it is the same for all replicas, and its trouble would take every one of them out.
"""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route


async def _alive(request: Request) -> Response:  # noqa: ARG001  an endpoint's signature
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


async def _ready(request: Request) -> Response:
    ready = getattr(request.state, "ready", False)
    return PlainTextResponse("ready\n" if ready else "starting\n", 200 if ready else 503, {"Cache-Control": "no-store"})


def probe_routes() -> list[BaseRoute]:
    """The routes of the probes."""
    return [Route("/livez", _alive), Route("/readyz", _ready)]
