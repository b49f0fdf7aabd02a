"""Clients who ask without a pause, whatever becomes of the gateway, and what they saw."""

import asyncio
import json
import time
from dataclasses import dataclass, field

from tests.support.house import TOKEN

BODY = json.dumps({"query": "{ thumbnailTasks(first: 3) { nodes { taskId } } }"}).encode()
REQUEST = (
    b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"X-Auth-Token: " + TOKEN.encode() + b"\r\nContent-Length: " + str(len(BODY)).encode() + b"\r\n\r\n" + BODY
)
PROBE = b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass
class Tally:
    """How requests ended.

    Args:
        answered: With status 200.
        closing: Of these, those whose answer closed the connection.
        lost: What broke the connection while one was under way.
        refused: Connections that were not accepted; a client ends with one.
        probes: The statuses of `/readyz`.
        longest: The most seconds that one took, its connection included.
        many: Set when 200 are answered.
    """

    answered: int = 0
    closing: int = 0
    lost: list[str] = field(default_factory=list)
    refused: int = 0
    probes: list[int] = field(default_factory=list)
    longest: float = 0.0
    many: asyncio.Event = field(default_factory=asyncio.Event)


async def client(port: int, tally: Tally, request: bytes, *, keeps: bool = True, pause: float = 0) -> None:
    """Asks until no connection is accepted any more.

    Args:
        port: Of 127.0.0.1.
        tally: Is told.
        request: What it sends.
        keeps: Whether it keeps its connection for as long as it may; else each request has one of its own.
        pause: Seconds between an answer and the next request.
    """
    while True:
        began = time.perf_counter()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            tally.refused += 1
            return
        try:
            closes = False
            while not closes:
                status, closes = await _exchange(reader, writer, request)
                if request is PROBE:
                    tally.probes.append(status)
                else:
                    assert status == 200
                    tally.answered += 1
                    tally.closing += closes
                    if tally.answered >= 200:
                        tally.many.set()
                tally.longest = max(tally.longest, time.perf_counter() - began)
                if pause:
                    await asyncio.sleep(pause)
                began = time.perf_counter()
                closes = closes or not keeps
        except (OSError, asyncio.IncompleteReadError) as problem:
            tally.lost.append(repr(problem))
        finally:
            writer.close()


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bool]:
    """One request on a connection: the status, and whether its answer closes the connection."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next(line for line in head.splitlines() if line.startswith("content-length:"))
    await reader.readexactly(int(length.partition(":")[2]))
    return int(head.split()[1]), "connection: close" in head
