"""A worker that is killed, and a gateway that is told to end, under load: `python -m benchmarks.endings`.

Two workers; 16 clients ask with 10 ms between an answer and the next request, half of them on connections that they
keep, half on a new one for each request. Takes a minute, on Linux only.
"""

import asyncio
import os
import signal
import time
from pathlib import Path

from benchmarks.scene import table
from gateway.emulator import Emulator, Tenant, serve
from tests.cli.test_workers import children
from tests.support.house import PROJECT, TOKEN
from tests.support.persistent import REQUEST, Tally, client
from tests.support.processes import Running, running

CLIENTS = 16
PAUSE = 0.01
TIMES = 3


def serves(pid: int, port: int) -> bool:
    """Whether a process has a connection of its own on the port."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {line[9] for line in lines if line[3] == "01" and line[1].endswith(f":{port:04X}")}
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(descriptor.readlink()))
        except FileNotFoundError:
            continue
    return any(f"socket:[{inode}]" in found for inode in inodes)


async def until_replaced(gateway: Running, port: int, before: set[int], began: float) -> str:
    """Waits until a worker that was not there before holds a connection; how long that took."""
    while True:
        for pid in await asyncio.to_thread(children, gateway.process.pid) - before:
            if serves(pid, port):
                return f"{time.perf_counter() - began:.1f} s"
        await asyncio.sleep(0.01)


async def measure(how: str, gateway: Running) -> dict[str, str]:
    """A line of the table."""
    port, tally, replaced = int(gateway.url.rpartition(":")[2]), Tally(), ""
    async with asyncio.TaskGroup() as clients:
        for number in range(CLIENTS):
            clients.create_task(client(port, tally, REQUEST, keeps=number % 2 == 0, pause=PAUSE))
        await asyncio.sleep(3)
        before, began, answered = children(gateway.process.pid), time.perf_counter(), tally.answered
        rate, tally.longest = answered / 3, 0.0
        if how == "SIGKILL":
            os.kill(min(before), signal.SIGKILL)
            replaced = await until_replaced(gateway, port, before, began)
            await asyncio.sleep(2)
            refused, longest, took = tally.refused, tally.longest, time.perf_counter() - began
            answered = tally.answered - answered
            await asyncio.to_thread(gateway.end, signal.SIGTERM)
        else:
            await asyncio.to_thread(gateway.end, signal.SIGTERM)
            took, longest = time.perf_counter() - began, tally.longest
            refused, answered = 0, tally.answered - answered  # one that is refused meets a gateway that has ended
    return {
        "signal": how,
        "to": "one of two workers" if how == "SIGKILL" else "the gateway",
        "requests/s before": f"{rate:.0f}",
        "answered from then on": f"{answered} in {took:.1f} s",
        "lost": f"{len(tally.lost)}",
        "refused": f"{refused}",
        "longest wait": f"{longest * 1_000:.0f} ms",
        "until the new worker served": replaced,
    }


def main() -> None:
    """Prints the table."""
    rows = []
    for how in ("SIGKILL",) * TIMES + ("SIGTERM",) * TIMES:
        with serve(Emulator([Tenant(PROJECT, tokens=[TOKEN], size=30, clean=True)])) as upstream:
            settings = {
                "GATEWAY_UPSTREAM_URL": upstream,
                "GATEWAY_PROJECT_ID": PROJECT,
                "GATEWAY_LOG_LEVEL": "error",
                "GATEWAY_DRAIN_SECONDS": "2",
            }
            with running("serve", "--port", "0", "--workers", "2", environment=settings) as gateway:
                rows.append(asyncio.run(measure(how, gateway)))
    print(table(rows))


if __name__ == "__main__":
    main()
