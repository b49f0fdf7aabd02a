"""`/livez` and `/readyz`: whether this process runs, and whether it should get requests.

Neither asks the upstream: it is the same for all replicas, and its trouble would take every one of them out.
The same holds for the store that they share: without it each goes on alone.
"""

from math import ceil

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.credentials.held_key import HeldKey
from gateway.redis.link import RedisLink


def probe_routes(
    held_key: HeldKey | None = None, *, alone: bool = False, link: RedisLink | None = None
) -> list[BaseRoute]:
    """The routes of the probes.

    Args:
        held_key: The gateway's own key, if it holds one.
        alone: Whether it accepts no other kind of credential, so that it can read nothing without the key.
        link: The way to the store that replicas share, if there is one.
    """

    async def ready(request: Request) -> Response:
        state: dict[str, str] = {} if link is None else {"store": "degraded" if link.degraded else "ok"}
        if not request.state.ready:
            return _answer({"status": "stopping", **state}, 503)
        if held_key is not None and (seconds := held_key.stopped_for):
            note = f"the upstream refused the gateway's own key; nothing is signed for {ceil(seconds)} seconds"
            status = "not ready" if alone else "ready"
            return _answer({"status": status, "key": note, **state}, 503 if alone else 200)
        return _answer({"status": "ready", **state}, 200)

    return [Route("/livez", _alive), Route("/readyz", ready)]


async def _alive(request: Request) -> Response:  # noqa: ARG001  an endpoint's signature
    return PlainTextResponse("ok\n", 200, {"Cache-Control": "no-store"})


def _answer(body: dict[str, str], status: int) -> Response:
    return Response(msgspec.json.encode(body), status, {"Cache-Control": "no-store"}, "application/json")
