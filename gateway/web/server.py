"""Puts the application on a socket, and takes it off again without losing a request.

After SIGTERM the process goes on in three steps, so that whoever sends it requests has the time to stop:

1. For the drain time everything is served as before, but `/readyz` fails and every answer closes its connection.
2. No connection is accepted any more; those that are there may still ask, for a second.
3. Idle connections are closed; requests under way have `FINISH_SECONDS`.

Ctrl+C goes on with the third step at once, and a second one ends everything.
"""

import asyncio
import signal
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from gateway.web.accept import ALL_AT_ONCE, Acceptor
from gateway.web.garbage import spare_what_stays
from gateway.web.loggers import tame_loggers
from gateway.web.protocol import RequestLimits, bounded

FINISH_SECONDS = 10
"""How long requests under way may take to end after the drain."""

_LAST_SECONDS = 1.0
_TICK = 0.1


class Server(uvicorn.Server):
    """Accepts all connections that wait, and tells when it listens.

    Args:
        config: From `server_config`.
        on_listening: Called with the port.
        drain_seconds: How long connections are still accepted after SIGTERM.
        accepted_at_once: The most connections that are taken in one turn of the loop.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        on_listening: Callable[[int], None],
        *,
        drain_seconds: float = 0.0,
        accepted_at_once: int = ALL_AT_ONCE,
    ) -> None:
        super().__init__(config)
        self._drain_seconds = drain_seconds
        self._accepted_at_once = accepted_at_once
        self._on_listening = on_listening
        self._acceptor: Acceptor | None = None

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            listeners = [listener for server in self.servers for listener in server.sockets]
            self._acceptor = Acceptor(listeners, self._protocol, at_once=self._accepted_at_once)
            self._on_listening(listeners[0].getsockname()[1])

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if signal.SIGTERM in self._captured_signals:
            self.lifespan.state["ready"] = False
            self.config.encoded_headers.append((b"connection", b"close"))
            await self._serve_on(self._drain_seconds)
        if self._acceptor is not None:
            self._acceptor.close()
        if signal.SIGTERM in self._captured_signals:
            for server in self.servers:
                server.close()
            for listener in sockets or []:
                listener.close()
            await self._serve_on(_LAST_SECONDS, while_connected=True)
        await super().shutdown(sockets)

    async def _serve_on(self, seconds: float, *, while_connected: bool = False) -> None:
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while clock() < end and not self.force_exit and (self.server_state.connections or not while_connected):
            await self.on_tick(0)  # keeps the Date header up to date, and puts the new headers in force
            await asyncio.sleep(_TICK)

    def _protocol(self) -> asyncio.Protocol:
        make: Callable[..., asyncio.Protocol] = self.config.http_protocol_class
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def serve(
    app: ASGIApp,
    *,
    limits: RequestLimits,
    host: str,
    port: int,
    on_listening: Callable[[int], None],
    drain_seconds: float = 0.0,
) -> None:
    """Serves until a signal to stop.

    Args:
        app: What to serve.
        limits: What a request may be.
        host: The address to listen on.
        port: The port; 0 takes a free one.
        on_listening: Called with the port once it is open.
        drain_seconds: How long connections are still accepted after SIGTERM.
    """
    tame_loggers()
    spare_what_stays()
    with suppress(KeyboardInterrupt):  # uvicorn raises it again once all is shut down
        config = server_config(app, limits=limits, host=host, port=port)
        Server(config, on_listening, drain_seconds=drain_seconds).run()


def serve_on(
    listener: socket.socket,
    app: ASGIApp,
    *,
    limits: RequestLimits,
    on_listening: Callable[[int], None],
    drain_seconds: float,
    accepted_at_once: int,
) -> None:
    """Serves on a socket that other processes serve on too.

    Args:
        listener: The socket.
        app: What to serve.
        limits: What a request may be.
        on_listening: Called with the port once it is served.
        drain_seconds: How long connections are still accepted after SIGTERM.
        accepted_at_once: The most connections that are taken in one turn of the loop.
    """
    tame_loggers()
    spare_what_stays()
    config = server_config(app, limits=limits, host="", port=0)
    server = Server(config, on_listening, drain_seconds=drain_seconds, accepted_at_once=accepted_at_once)
    with suppress(KeyboardInterrupt):
        server.run([listener])


def server_config(app: ASGIApp, *, limits: RequestLimits, host: str, port: int) -> uvicorn.Config:
    """How uvicorn serves the application."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=bounded(limits),
        ws="none",
        log_config=None,  # whoever starts the process says where its loggers write
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing asks for the client's address
        timeout_graceful_shutdown=FINISH_SECONDS,
    )
