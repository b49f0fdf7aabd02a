"""Answers a second of 1, 2 and 4 processes over one Redis: `python -m benchmarks.throughput`.

`serve --workers N`, asked for one page that is in memory by 16 connections at a time, from a process of its own;
the load, the emulator and the store take their part of the machine's cores too, which is told beside the figures.
"""

import asyncio
import os
import time
from collections.abc import Mapping

from benchmarks.overload import Pool
from benchmarks.process import cpu_seconds
from benchmarks.scene import table
from gateway.emulator import Emulator, Tenant, serve
from tests.support.house import PROJECT, TOKEN
from tests.support.processes import running
from tests.support.redis import redis_server

SECONDS = 8
CONNECTIONS = 16


async def load(port: int) -> tuple[int, list[float]]:
    """Answers and how long each took, by as many connections as are allowed."""
    pool, took = Pool(port), list[float]()
    end = time.perf_counter() + SECONDS

    async def client() -> None:
        while (began := time.perf_counter()) < end:
            if await pool.ask() == 200:
                took.append(time.perf_counter() - began)

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    pool.close()
    return len(took), sorted(took)


def measure(workers: int, environment: Mapping[str, str]) -> dict[str, str]:
    """A line of the table."""
    with running("serve", "--port", "0", "--workers", str(workers), environment=environment) as gateway:
        port = int(gateway.url.rpartition(":")[2])
        asyncio.run(load(port))  # each process reads the page once
        before, own = cpu_seconds(gateway.process.pid), time.process_time()
        answers, took = asyncio.run(load(port))
        used, own = cpu_seconds(gateway.process.pid) - before, time.process_time() - own
    return {
        "processes": f"{workers}",
        "answers/s": f"{answers / SECONDS:.0f}",
        "p50": f"{took[len(took) // 2] * 1_000:.1f} ms",
        "p99": f"{took[len(took) * 99 // 100] * 1_000:.1f} ms",
        "cores used by the gateway": f"{used / SECONDS:.2f}",
        "by the load": f"{own / SECONDS:.2f}",
        "CPU for an answer": f"{used / answers * 1_000:.2f} ms",
    }


def main() -> None:
    """Prints the table."""
    emulator = Emulator([Tenant(PROJECT, tokens=[TOKEN], size=250, clean=True)])
    with redis_server() as server, serve(emulator) as upstream:
        environment = {
            "GATEWAY_UPSTREAM_URL": upstream,
            "GATEWAY_PROJECT_ID": PROJECT,
            "GATEWAY_CACHE": server.url,
            "GATEWAY_CACHE_SECRET": "a secret of the benchmark's own",
            "GATEWAY_LOG_LEVEL": "warning",
        }
        rows = [measure(workers, environment) for workers in (1, 2, 4)]
    print(f"{os.cpu_count()} cores.\n\n{table(rows)}")


if __name__ == "__main__":
    main()
