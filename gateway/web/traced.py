"""A span around the answer to each request of `/graphql`, where tracing is on."""

from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.observability.record import record_of

if TYPE_CHECKING:
    from gateway.observability.tracing import Tracing

TRACE_HEADERS = ("traceparent", "tracestate")
"""What a client sends of its own trace (W3C Trace Context)."""


class Traced:
    """Tells tracing of each request, and of its record when it has been answered.

    Args:
        app: Answers the request; `RequestLog` stands around it.
        path: Where GraphQL is served.
        tracing: Makes the spans.
    """

    def __init__(self, app: ASGIApp, *, path: str, tracing: "Tracing") -> None:
        self._app = app
        self._path = path
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on."""
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._app(scope, receive, send)
            return
        with self._tracing.operation(Headers(scope=scope), record_of(scope)):
            await self._app(scope, receive, send)
