"""A closed loop of requests: each connection sends one, waits for its answer, and sends the next.

In Python, so that nothing has to be installed. It takes more CPU than it would in C and so bounds requests a second;
what a request costs the server is read from the server's own process, and is not touched by that.
"""

import asyncio
import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import cast

import uvloop
from typing_extensions import override

_LAST_SECONDS = 60.0
"""How long the last answers may take."""


@dataclass
class Answers:
    """What came back.

    Attributes:
        count: How many answers there were, all of them 200 and without `errors`.
        failed: How many others, lost connections included.
        problem: What the last of these began with.
        seconds: From the first request to the last answer.
        latencies: Seconds, of each answer.
    """

    count: int = 0
    failed: int = 0
    problem: bytes = b""
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    def percentile(self, part: int) -> float:
        """Milliseconds below which so many of 100 answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, len(ordered) * part // 100)] * 1_000


class _Client(asyncio.Protocol):
    """One connection.

    Args:
        requests: What is sent, in turn.
        answers: Where to note what came.
        end: When no further request is sent, by the loop's clock.
    """

    def __init__(self, requests: Iterator[bytes], answers: Answers, end: float) -> None:
        self._requests = requests
        self._answers = answers
        self._end = end
        self._received = bytearray()
        self._body = self._whole = 0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self._ask()

    def _ask(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(next(self._requests))

    @override
    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        if not self._whole:
            self._body = received.find(b"\r\n\r\n") + 4
            if self._body == 3:
                return
            head = received[: self._body].lower()
            self._whole = self._body + int(head.partition(b"content-length:")[2].partition(b"\r")[0])
        if len(received) < self._whole:
            return
        self._note()
        received.clear()
        self._whole = 0
        if time.perf_counter() < self._end:
            self._ask()
        else:
            self._transport.close()

    def _note(self) -> None:
        self._answers.latencies.append(time.perf_counter() - self._began)
        good = self._received.startswith(b"HTTP/1.1 200") and self._received.find(b'"errors"', self._body) < 0
        if good:
            self._answers.count += 1
        else:
            self._answers.failed += 1
            self._answers.problem = bytes(self._received[: self._body + 300])

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if time.perf_counter() < self._end:
            self._answers.failed += 1
        self.over.set_result(None)


def load(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> Answers:
    """Asks a server of 127.0.0.1.

    Args:
        port: Where it listens.
        requests: Whole requests, sent in turn.
        connections: How many are open, each with one request under way.
        seconds: How long requests are begun; 0 sends one for each connection.
    """

    async def run() -> Answers:
        loop, answers = asyncio.get_running_loop(), Answers()
        began = time.perf_counter()
        turns = cycle(requests)
        opened = [
            loop.create_connection(lambda: _Client(turns, answers, began + seconds), "127.0.0.1", port)
            for _ in range(connections)
        ]
        clients = [client for _, client in await asyncio.gather(*opened)]
        async with asyncio.timeout(seconds + _LAST_SECONDS):
            await asyncio.gather(*(client.over for client in clients))
        answers.seconds = time.perf_counter() - began
        return answers

    gc.disable()  # its turns would be told as the server's latency
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(run())
    finally:
        gc.enable()


def body_of(port: int, request: bytes) -> bytes:
    """The body of one answer."""

    async def run() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        body = await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r")[0]))
        writer.close()
        return body

    return asyncio.run(run())
