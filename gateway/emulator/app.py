"""The routes: pictures, the control route if it is wanted, and the API for everything else."""

import copy
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from gateway.emulator import control, pictures
from gateway.emulator.answers import Answer, RefusedError
from gateway.emulator.exchange import Exchange
from gateway.emulator.journal import Call
from gateway.emulator.odd import OddPayload
from gateway.emulator.replaced import SpoiltAnswer
from gateway.emulator.request import Request

if TYPE_CHECKING:
    from gateway.emulator.emulator import Emulator


def create_app(emulator: "Emulator") -> Starlette:
    """The ASGI application of an emulator."""
    routes = [Route("/snapshot/sample/{task_id}/{second:int}.jpg", pictures.picture)]
    if emulator.control:
        routes += control.routes(emulator)
    return Starlette(routes=[*routes, Mount("/", app=Upstream(emulator))])


class Upstream:
    """The API as ASGI: any path, so that unknown ones are refused in the vendor's words."""

    def __init__(self, emulator: "Emulator") -> None:
        self._emulator = emulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, spoilt by a fault if one strikes."""
        emulator = self._emulator
        request = Request.from_scope(dict(scope))
        call = emulator.journal.begin(request, emulator.clock(), uuid4().hex)
        spoilt = emulator.faults.strike(request, SpoiltAnswer)
        answer = self._answer(request, call, scope["scheme"])
        exchange = Exchange(scope, receive, send, call, answer)
        if emulator.latency:
            await exchange.pause(emulator.latency)
        if spoilt is None:
            await exchange.respond(answer)
        else:
            call.fault += (spoilt.kind,)
            await spoilt.deliver(exchange)

    def _answer(self, request: Request, call: Call, scheme: str) -> Answer:
        emulator = self._emulator
        base_url = emulator.public_url or f"{scheme}://{request.header('host')}"
        try:
            payload = emulator.service.answer(request, base_url)
        except RefusedError as refusal:
            return refusal.answer(call.request_id)
        odd = emulator.faults.strike(request, OddPayload)
        if odd is None:
            return Answer(200, msgspec.json.encode(payload))
        call.fault += (odd.kind,)
        return Answer(
            200, msgspec.json.encode(odd.rewrite(copy.deepcopy(payload)))
        )  # literal rows are the catalogue's own
