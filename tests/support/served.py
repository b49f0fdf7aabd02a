"""Applications on a socket of 127.0.0.1, in a thread with a loop of its own."""

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp

from gateway.emulator import Emulator, Tenant
from gateway.settings import load
from gateway.web.app import create_app
from gateway.web.parts import request_limits
from gateway.web.server import Server, server_config
from tests.support.house import PROJECT, TOKEN


@dataclass(frozen=True)
class Served:
    """Where it listens, and what it reads."""

    port: int
    emulator: Emulator

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def served(app: ASGIApp, config: uvicorn.Config | None = None) -> Iterator[str]:
    """Serves an application while the block runs; its base URL."""
    plain = uvicorn.Config(app, log_level="error", access_log=False, port=0, timeout_graceful_shutdown=1)
    ports: queue.SimpleQueue[int] = queue.SimpleQueue()
    server = Server(config or plain, ports.put)
    thread = threading.Thread(target=server.run, name="served", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{ports.get(timeout=30)}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)


@contextmanager
def serve_gateway(*, size: int = 250, **settings: Any) -> Iterator[Served]:
    """Serves a gateway over an emulator while the block runs.

    Args:
        size: How many tasks the upstream has.
        settings: Settings of the gateway, by field name.
    """
    emulator = Emulator([Tenant(PROJECT, tokens=[TOKEN], size=size, clean=True)])
    loaded = load({}, env_file=None, **{"upstream_url": "http://127.0.0.1", "project_id": PROJECT, **settings})
    app = create_app(loaded, transport=httpx.ASGITransport(emulator.app))
    with served(app, server_config(app, limits=request_limits(loaded), host="127.0.0.1", port=0)) as url:
        yield Served(int(url.rpartition(":")[2]), emulator)


@dataclass(frozen=True)
class RawAnswer:
    """An HTTP answer as it came over a socket."""

    status: int
    headers: dict[str, str]
    body: bytes


async def exchange(port: int, *parts: bytes, patience: float = 20) -> RawAnswer | None:
    """Sends octets over a new connection and reads one answer; None where the connection is closed without.

    Args:
        port: Of 127.0.0.1.
        parts: Written one after the other, each in packets of its own.
        patience: Seconds until the answer counts as hanging, which raises a TimeoutError.
    """
    async with asyncio.timeout(patience):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            start, *lines = head.rstrip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            length = 0 if parts[0].startswith(b"HEAD") else int(headers.get("content-length", "0"))
            body = await reader.readexactly(length)
            return RawAnswer(int(start.split()[1]), headers, body)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        finally:
            writer.close()
