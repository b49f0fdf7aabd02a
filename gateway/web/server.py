"""Puts the application on a socket."""

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from gateway.web.loggers import tame_loggers
from gateway.web.protocol import RequestLimits, bounded

DRAIN_SECONDS = 10
"""How long requests under way may take to end after a signal to stop."""


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[int], None]) -> None:
        super().__init__(config)
        self._on_listening = on_listening

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_listening(self.servers[0].sockets[0].getsockname()[1])


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
        _Server(server_config(app, limits=limits, host=host, port=port), on_listening).run()


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
