"""SIGTERM under load: what was sent is answered."""

import asyncio
import json
import signal
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.emulator import Emulator, Tenant, serve
from tests.support.house import PROJECT, TOKEN
from tests.support.processes import running

BODY = json.dumps({"query": "{ thumbnailTasks(first: 3) { nodes { taskId } } }"}).encode()
REQUEST = (
    b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"X-Auth-Token: " + TOKEN.encode() + b"\r\nContent-Length: " + str(len(BODY)).encode() + b"\r\n\r\n" + BODY
)
PROBE = b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass
class Tally:
    """How requests ended."""

    answered: int = 0
    closing: int = 0
    lost: list[str] = field(default_factory=list)
    probes: list[int] = field(default_factory=list)
    many: asyncio.Event = field(default_factory=asyncio.Event)


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bool]:
    """One request on a connection: the status, and whether its answer closes the connection."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next(line for line in head.splitlines() if line.startswith("content-length:"))
    await reader.readexactly(int(length.partition(":")[2]))
    return int(head.split()[1]), "connection: close" in head


async def client(port: int, tally: Tally, request: bytes) -> None:
    """Asks on connections that it keeps for as long as it is allowed to, until none is accepted any more."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return
        try:
            closes = False
            while not closes:
                status, closes = await exchange(reader, writer, request)
                if request is PROBE:
                    tally.probes.append(status)
                else:
                    assert status == 200
                    tally.answered += 1
                    tally.closing += closes
                    if tally.answered >= 200:
                        tally.many.set()
        except (OSError, asyncio.IncompleteReadError) as problem:
            tally.lost.append(repr(problem))
        finally:
            writer.close()


@pytest.mark.parametrize("options", [(), ("--workers", "2")])
async def test_no_request_is_lost(options: tuple[str, ...], tmp_path: Path) -> None:
    """Clients on kept connections and new ones get every answer; `/readyz` fails while they are still served."""
    emulator = Emulator([Tenant(PROJECT, tokens=[TOKEN], size=30, clean=True)])
    with serve(emulator) as url:
        settings = {
            "GATEWAY_UPSTREAM_URL": url,
            "GATEWAY_PROJECT_ID": PROJECT,
            "GATEWAY_DRAIN_SECONDS": "1",
            "GATEWAY_LOG_LEVEL": "warning",
        }
        command = ("serve", "--port", "0", *options)
        with running(*command, environment=settings, where=tmp_path) as gateway:
            port = int(gateway.url.rpartition(":")[2])
            tally = Tally()
            async with asyncio.timeout(60), asyncio.TaskGroup() as clients:
                for _ in range(8):
                    clients.create_task(client(port, tally, REQUEST))
                clients.create_task(client(port, tally, PROBE))
                await tally.many.wait()
                ended = await asyncio.to_thread(gateway.end, signal.SIGTERM)
            assert ended in {0, -signal.SIGTERM}
            assert gateway.complaints == ""
    assert tally.lost == []
    assert tally.closing > 8  # served on, with `Connection: close`
    assert tally.probes[0] == 200
    assert tally.probes[-1] == 503
