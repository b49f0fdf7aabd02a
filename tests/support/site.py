"""The demo on a socket, with its emulator in the test's hands."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from gateway.cli.demo import build_demo
from gateway.emulator import Emulator, Tenant
from gateway.emulator.journal import Call
from gateway.settings import load

PROJECT = "0123456789abcdef0123456789abcdef"
TOKEN = "good-token"


@dataclass
class Site:
    """A demo that is served.

    Attributes:
        url: Its address, without a slash at the end.
        emulator: Its upstream.
    """

    url: str
    emulator: Emulator

    @property
    def graphql(self) -> str:
        """Where it answers GraphQL."""
        return f"{self.url}/graphql"

    def calls(self, path: str) -> list[Call]:
        """The upstream calls whose target contains a text."""
        return [call for call in self.emulator.journal if path in call.target]


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@contextmanager
def open_site(
    *, size: int, clean: bool = True, gateway: Mapping[str, Any] | None = None, **tenant: Any
) -> Iterator[Site]:
    """Serves a demo on a free port of 127.0.0.1.

    Args:
        size: How many tasks there are.
        clean: Whether all of them are in order.
        gateway: Settings of the gateway, by field name.
        tenant: What else is told of the emulator's tenant.
    """
    emulator = Emulator([Tenant(PROJECT, tokens=[TOKEN], size=size, clean=clean, **tenant)])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        emulator.public_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = load({}, env_file=None, upstream_url="http://127.0.0.1", project_id=PROJECT, **(gateway or {}))
        config = uvicorn.Config(
            build_demo(settings, emulator, token=TOKEN), log_level="error", timeout_graceful_shutdown=1
        )
        server = _Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), name="demo", daemon=True)
        thread.start()
        try:
            assert server.listening.wait(10)
            yield Site(emulator.public_url, emulator)
        finally:
            server.should_exit = True
            thread.join(10)
