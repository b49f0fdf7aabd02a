"""The emulator on a socket."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.emulator.exchange import EXTENSION

if TYPE_CHECKING:
    from gateway.emulator.emulator import Emulator


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, handing its transport to the application: faults break connections with it."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: {"transport": self.transport}}


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.close()  # hung and dripping calls must not outlive the server
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one.

    Raises:
        OSError: the port is taken.
    """
    return socket.create_server((host, port))


def url_of(listener: socket.socket) -> str:
    """The base url of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


def run(emulator: "Emulator", listener: socket.socket) -> None:
    """Serve until a signal comes."""
    _Server(_config(emulator)).run([listener])


@contextmanager
def serve(emulator: "Emulator", host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Run an emulator in a thread of its own while the block runs.

    Args:
        emulator: may be used from the block's thread meanwhile (inserts, faults, journal).
        host: the address to listen on.
        port: 0 takes a free one.

    Yields:
        The base url, such as `http://127.0.0.1:49152`.

    Raises:
        OSError: the port is taken.
    """
    with listen(host, port) as listener:
        server = _Server(_config(emulator))
        thread = threading.Thread(target=server.run, args=([listener],), name="emulator", daemon=True)
        thread.start()
        server.listening.wait()
        try:
            yield url_of(listener)
        finally:
            server.should_exit = True
            thread.join()


def _config(emulator: "Emulator") -> uvicorn.Config:
    return uvicorn.Config(
        emulator.app,
        http=Protocol,
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
