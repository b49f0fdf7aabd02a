"""Memory and descriptors of a gateway whose caches are full, by the default settings: `python -m benchmarks.sizing`.

Takes two minutes, on Linux. The emulator is a process of its own, `vod-gateway serve` too; all is asked over sockets.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import aiohttp

from benchmarks.process import Process
from benchmarks.scene import PROJECT, table
from gateway.emulator.rows import Rows
from tests.support.processes import running

ASSETS = 4_500
CLIENTS = 8
DOCUMENTS = 1_100
IDLE = 1_000
TOKEN = "sizing-token"
PAGE = """
query($id: ID!) {
  thumbnailTasks(assetId: $id, first: 100) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { cursor node { id taskId thumbnailCount parameters { type time dots quantity maxLength coverPosition } } }
  }
}
"""


@contextmanager
def emulator() -> Iterator[str]:
    """Runs one whose assets have 100 tasks each; its base URL."""
    command = [sys.executable, "-m", "gateway", "emulate", "--port", "0", "--clean", "--token", TOKEN]
    command += ["--project", PROJECT, "--size", str(100 * ASSETS), "--assets", str(ASSETS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[2].rstrip(":")
        finally:
            process.terminate()


async def ask(session: aiohttp.ClientSession, port: int, bodies: Iterable[Mapping[str, object]]) -> None:
    """Asks all of it, a few at a time."""
    rest = iter(bodies)

    async def client() -> None:
        for body in rest:
            async with session.post(f"http://127.0.0.1:{port}/graphql", json=body) as response:
                assert "errors" not in await response.json()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


async def measure(process: Process) -> list[Mapping[str, str]]:
    """The table's lines."""
    rows: list[Mapping[str, str]] = []
    spent = process.cpu_seconds()

    def note(name: str, requests: int = 0) -> None:
        nonlocal spent
        cpu = (process.cpu_seconds() - spent) * 1_000
        rows.append(
            {
                "": name,
                "MiB resident": f"{process.resident_mebibytes():.0f}",
                "descriptors": f"{process.descriptors()}",
                "CPU": f"{cpu / requests:.2f} ms a request" if requests else "",
            }
        )
        spent = process.cpu_seconds()

    note("at its start")
    assets = Rows(1, ASSETS, clean=True).asset_ids
    windows = [{"query": PAGE, "variables": {"id": assets.id_of(number)}} for number in range(ASSETS)]
    others = (
        {"query": PAGE.replace("edges", f"e{number}: edges"), "variables": {"id": assets.id_of(0)}}
        for number in range(DOCUMENTS)
    )
    async with aiohttp.ClientSession(headers={"X-Auth-Token": TOKEN}) as session:
        await ask(session, process.port, windows[:1])
        note("after its first request")
        await ask(session, process.port, others)
        note(f"{DOCUMENTS:,} documents, each asked once, which is more than are kept", DOCUMENTS)
        await ask(session, process.port, windows)
        note(f"{ASSETS:,} pages of 100 tasks, each read upstream: 64 MiB of blocks and 32 MiB of answers", ASSETS)
        await ask(session, process.port, windows[-1:] * ASSETS)
        note("the last page again and again, as a whole answer", ASSETS)
    connections = [await asyncio.open_connection("127.0.0.1", process.port) for _ in range(IDLE)]
    await ask_idle(connections)
    note(f"{IDLE:,} connections that are kept open")
    for _, writer in connections:
        writer.close()
    return rows


async def ask_idle(connections: Iterable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]) -> None:
    """One request on each, so that it is a connection to the gateway and not to the kernel only."""
    for reader, writer in connections:
        writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")


def main() -> None:
    """Prints the table."""
    with emulator() as url:
        settings = {"GATEWAY_UPSTREAM_URL": url, "GATEWAY_PROJECT_ID": PROJECT, "GATEWAY_LOG_LEVEL": "error"}
        with running("serve", "--port", "0", environment=settings) as gateway:
            process = Process(int(gateway.url.rpartition(":")[2]), gateway.process.pid)
            print(table(asyncio.run(measure(process))))


if __name__ == "__main__":
    main()
