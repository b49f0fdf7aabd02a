"""An HTTP server that says exactly what a test writes, byte for byte, and keeps what it was sent."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]

PATIENCE = 20
"""Seconds after which a test that waits for something fails; nothing comes near it."""


@dataclass
class RawServer:
    """What a test sees of the server."""

    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Queue[None] = field(default_factory=asyncio.Queue)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def until_asked(self, count: int = 1) -> None:
        """Waits until so many requests have come."""
        async with asyncio.timeout(PATIENCE):
            while len(self.requests) < count:
                await self.asked.wait()
                self.asked.clear()

    async def say(self, data: bytes) -> None:
        """Sends octets over the newest connection, without being asked."""
        self.writers[-1].write(data)
        await self.writers[-1].drain()

    async def until_gone(self) -> None:
        """Waits until the client has closed a connection."""
        await asyncio.wait_for(self.gone.get(), PATIENCE)


@asynccontextmanager
async def raw_server(reply: Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[RawServer]:
    """Serves on a free port of loopback: `reply` answers each request, the connection stays open after it."""
    seen = RawServer()
    handlers: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        seen.writers.append(writer)
        try:
            while True:
                seen.requests.append(await reader.readuntil(b"\r\n\r\n"))
                seen.asked.set()
                await reply(writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            seen.gone.put_nowait(None)
        finally:
            writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        with suppress(asyncio.CancelledError):
            await serve(reader, writer)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    seen.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield seen
    finally:
        server.close()
        for task in handlers:
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)


def answer(body: bytes, *headers: str, status: str = "200 OK") -> Reply:
    """A whole answer with its length."""
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers))
    return octets(head.encode() + b"\r\n" + body)


def octets(*parts: bytes, end: bool = False) -> Reply:
    """These bytes, whatever they are, one part after the other, and with `end` an orderly end of the connection."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02 if part is not parts[-1] else 0)  # so that they arrive apart
        if end:
            writer.close()
            await writer.wait_closed()

    return reply


def reset(data: bytes = b"") -> Reply:
    """These bytes, and then a RST."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        # A RST overtakes what the peer has not read yet; give it a moment where something was sent.
        await asyncio.sleep(0.05 if data else 0)
        writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return reply


def drip(data: bytes, piece: bytes, *, pause: float = 0.01) -> Reply:
    """These bytes, and then a piece after each short pause, until the client goes away."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        raise ConnectionResetError

    return reply


async def silence(writer: asyncio.StreamWriter) -> None:
    """Nothing at all, and the connection stays open."""
