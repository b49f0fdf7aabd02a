"""The store fails while two gateways are at work: `python -m benchmarks.store_faults`.

Two gateways in processes of their own share a redis-server. Each second gets 60 new questions, in turn, so that
every one of them asks the store and writes to it. Each fault lasts for five seconds.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from statistics import quantiles

import httpx

from benchmarks.process import Process, gateway_process
from benchmarks.scene import table
from tests.support.house import TOKEN
from tests.support.redis import RedisServer, redis_server

RATE = 60
BEFORE, DURING, AFTER = 4.0, 5.0, 8.0
QUERY = "query($asset: ID) { thumbnailTasks(assetId: $asset, first: 5) { nodes { taskId } } }"
SECRET = "a secret of the benchmark's own"


@dataclass
class Seen:
    """What the load saw: moments and durations of answers, failures, and the state that the gateways told."""

    answers: list[tuple[float, float]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    states: list[tuple[float, bool]] = field(default_factory=list)

    def p99(self, start: float, end: float) -> float:
        """Of the answers to questions that were asked between two moments, in milliseconds."""
        return quantiles([took for at, took in self.answers if start <= at < end], n=100)[98] * 1_000

    def first(self, degraded: bool, since: float) -> str:  # noqa: FBT001  one of two states
        """How long after a moment both gateways told a state."""
        found = next((at for at, state in self.states if at >= since and state is degraded), None)
        return f"{found - since:.1f} s" if found is not None else ""


async def load(gateways: Sequence[Process], seen: Seen, asset: Callable[[], str], end: float) -> None:
    """Asks at a steady rate whatever becomes of the questions before, and looks at `/readyz`."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=30, limits=limits) as client, asyncio.TaskGroup() as tasks:
        urls = [f"http://127.0.0.1:{gateway.port}" for gateway in gateways]

        async def ask(url: str) -> None:
            began = time.monotonic()
            sent = {"query": QUERY, "variables": {"asset": asset()}}
            answer = await client.post(f"{url}/graphql", json=sent, headers={"X-Auth-Token": TOKEN})
            if answer.status_code != 200 or "errors" in answer.json():
                seen.failures.append(answer.text)
            seen.answers.append((began, time.monotonic() - began))

        async def watch() -> None:
            while time.monotonic() < end:
                states = [(await client.get(f"{url}/readyz")).json()["store"] for url in urls]
                if len(set(states)) == 1:
                    seen.states.append((time.monotonic(), states[0] == "degraded"))
                await asyncio.sleep(0.05)

        tasks.create_task(watch())
        began, number = time.monotonic(), 0
        while time.monotonic() < end:
            tasks.create_task(ask(urls[number % len(urls)]))
            number += 1
            await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))


def garbage(server: RedisServer) -> None:
    """Values become others, all the while: noise, or what stood under another key."""
    dice, end = Random(1), time.monotonic() + DURING
    with server.client() as client:
        while time.monotonic() < end:
            keys = [client.randomkey() for _ in range(20)]
            blocks = [key for key in keys if key is not None and b":block:" in key]
            for key, other in pairwise(blocks):
                client.set(key, dice.choice([dice.randbytes(500), client.get(other) or b""]), ex=60)
            time.sleep(0.01)


async def flap(server: RedisServer) -> None:
    """It hangs for half of each second."""
    for _ in range(int(DURING)):
        server.hang()
        await asyncio.sleep(0.5)
        server.go_on()
        await asyncio.sleep(0.5)


async def lasting(begin: Callable[[], object], end: Callable[[], object]) -> None:
    """Begins a fault, and ends it after its time."""
    begin()
    await asyncio.sleep(DURING)
    end()


def limit(server: RedisServer, name: str, value: str) -> None:
    """Changes the server's configuration."""
    with server.client() as client:
        client.config_set(name, value)


async def measure(name: str, server: RedisServer, gateways: Sequence[Process]) -> dict[str, str]:
    """A line of the table."""
    faults = {
        "none": lambda: asyncio.sleep(DURING),
        "killed, started again empty": lambda: lasting(server.kill, server.start),
        "hung (SIGSTOP)": lambda: lasting(server.hang, server.go_on),
        "flapping": lambda: flap(server),
        "full (maxmemory)": lambda: lasting(
            lambda: limit(server, "maxmemory", "1"), lambda: limit(server, "maxmemory", "0")
        ),
        "garbage": lambda: asyncio.to_thread(garbage, server),
    }
    seen, dice, start = Seen(), Random(name), time.monotonic()
    fault_at = start + BEFORE

    def asset() -> str:
        """New ones mostly; with garbage some that the other gateway may have put into the store."""
        return f"{name[:4].strip()}-{dice.randrange(300 if name.startswith('garbage') else 10**9)}"

    async def disturb() -> float:
        await asyncio.sleep(fault_at - time.monotonic())
        await faults[name]()
        return time.monotonic()

    ended, _ = await asyncio.gather(disturb(), load(gateways, seen, asset, start + BEFORE + DURING + AFTER))
    before, during = seen.p99(start + 1, fault_at), seen.p99(fault_at, ended)
    noticed = seen.first(True, fault_at)
    return {
        "fault": name,
        "requests": f"{len(seen.answers)}",
        "failed": f"{len(seen.failures)}",
        "p99 before": f"{before:.0f} ms",
        "p99 during": f"{during:.0f} ms",
        "noticed after": noticed,
        "back after": seen.first(False, ended) if noticed else "",
    }


def main() -> None:
    """Prints the table."""
    names = ("none", "killed, started again empty", "hung (SIGSTOP)", "flapping", "full (maxmemory)", "garbage")
    with redis_server() as server:
        settings = {"cache": server.url, "cache_secret": SECRET}
        with gateway_process(**settings) as one, gateway_process(**settings) as other:
            asyncio.run(measure("none", server, (one, other)))  # a process's first requests take longer
            print(table([asyncio.run(measure(name, server, (one, other))) for name in names]))


if __name__ == "__main__":
    main()
