"""An upstream that costs next to nothing: `python -m benchmarks.upstream [milliseconds of delay]`.

Every media asset has the same 10 000 tasks, every token is good. A page is made once and then only sent. `GET /calls`
answers how many pages were asked for. It says its port, and ends with its standard input.
"""

import asyncio
import json
import re
import sys
from typing import cast

import uvloop
from typing_extensions import override

from gateway.emulator import Emulator, Tenant

TASKS = 10_000
_ASKED = re.compile(rb"GET /v1/[^/]+/asset/thumbnails\?(\S*) HTTP/1\.1\r\n")


class Pages:
    """What is sent for a window, and how often that was.

    Args:
        tasks: How many the list has.
    """

    def __init__(self, tasks: int = TASKS) -> None:
        self.calls = 0
        self._catalogue = Emulator([Tenant("p", size=tasks, clean=True)]).catalogue()
        self._made: dict[tuple[int, int], bytes] = {}

    def body(self, query: bytes) -> bytes:
        """The body for a query string."""
        asked = dict(pair.split(b"=") for pair in query.split(b"&"))
        window = int(asked.get(b"offset", b"0")), int(asked.get(b"limit", b"10"))
        self.calls += 1
        if window not in self._made:
            total, rows = self._catalogue.page(*window)
            self._made[window] = json.dumps({"total": total, "thumbnails": rows}, separators=(",", ":")).encode()
        return self._made[window]


class _Connection(asyncio.Protocol):
    """Answers one request after the other."""

    def __init__(self, pages: Pages, delay: float) -> None:
        self._pages = pages
        self._delay = delay
        self._received = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class

    @override
    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._received.endswith(b"\r\n\r\n"):
            return
        asked, self._received = _ASKED.match(self._received), b""
        body = self._pages.body(asked[1]) if asked else b"%d" % self._pages.calls
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        if asked and self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, answer)
        else:
            self._transport.write(answer)


async def serve(delay: float) -> None:
    """Serves on a free port until the standard input ends."""
    loop, pages = asyncio.get_running_loop(), Pages()
    server = await loop.create_server(lambda: _Connection(pages, delay), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(serve(float(sys.argv[1]) / 1_000 if len(sys.argv) > 1 else 0.0))
