"""`/livez` and `/readyz`: whether this process runs, and whether it should get requests.

Neither asks the upstream: it is the same for all replicas, and its trouble would take every one of them out.
"""

from math import ceil

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.credentials.held_key import HeldKey


def probe_routes(held_key: HeldKey | None = None, *, alone: bool = False) -> list[BaseRoute]:
    """The routes of the probes.

    Args:
        held_key: The gateway's own key, if it holds one.
        alone: Whether it accepts no other kind of credential, so that it can read nothing without the key.
    """

    async def ready(request: Request) -> Response:
        if not request.state.ready:
            return _plain("stopping\n", 503)
        if held_key is not None and (seconds := held_key.stopped_for):
            note = f"the upstream refused the gateway's own key; nothing is signed for {ceil(seconds)} seconds\n"
            return _plain(note if alone else f"ready\n{note}", 503 if alone else 200)
        return _plain("ready\n", 200)

    return [Route("/livez", _alive), Route("/readyz", ready)]


async def _alive(request: Request) -> Response:  # noqa: ARG001  an endpoint's signature
    return _plain("ok\n", 200)


def _plain(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, {"Cache-Control": "no-store"})
