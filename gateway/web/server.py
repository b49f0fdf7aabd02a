"""Puts the application on a socket."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from gateway.web.accept import Acceptor
from gateway.web.loggers import tame_loggers
from gateway.web.protocol import RequestLimits, bounded

DRAIN_SECONDS = 10
"""How long requests under way may take to end after a signal to stop."""


class Server(uvicorn.Server):
    """Accepts all connections that wait, and tells when it listens.

    Args:
        config: From `server_config`.
        on_listening: Called with the port.
    """

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[int], None]) -> None:
        super().__init__(config)
        self._on_listening = on_listening
        self._acceptor: Acceptor | None = None

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            listeners = [listener for server in self.servers for listener in server.sockets]
            self._acceptor = Acceptor(listeners, self._protocol)
            self._on_listening(listeners[0].getsockname()[1])

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._acceptor is not None:
            self._acceptor.close()
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        make: Callable[..., asyncio.Protocol] = self.config.http_protocol_class
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def serve(app: ASGIApp, *, limits: RequestLimits, host: str, port: int, on_listening: Callable[[int], None]) -> None:
    """Serves until a signal to stop.

    Args:
        app: What to serve.
        limits: What a request may be.
        host: The address to listen on.
        port: The port; 0 takes a free one.
        on_listening: Called with the port once it is open.
    """
    tame_loggers()
    with suppress(KeyboardInterrupt):  # uvicorn raises it again once all is shut down
        Server(server_config(app, limits=limits, host=host, port=port), on_listening).run()


def server_config(app: ASGIApp, *, limits: RequestLimits, host: str, port: int) -> uvicorn.Config:
    """How uvicorn serves the application."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=bounded(limits),
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
