"""What the garbage collector costs, left alone and as `gateway.web.garbage` sets it: `python -m benchmarks.garbage`.

Requests that ask the constant upstream over real connections, 32 at a time, handed to the application in this process.
Both ways take turns, and CPU is this process's. `[--short] [--into DIR]` as the other benchmarks have them.
"""

import asyncio
import gc
import time
from pathlib import Path
from statistics import median
from typing import Any

import uvloop
from starlette.applications import Starlette

from benchmarks.in_process import ask
from benchmarks.report import Length, length_of, machine, write
from benchmarks.servers import cores, upstream
from benchmarks.workloads import TOKEN, W1, W2, W3, Workload
from gateway.settings import load
from gateway.web.app import create_app
from gateway.web.garbage import spare_what_stays

FULL, SHORT = Length(seconds=1, rounds=9), Length(seconds=0.3, rounds=2)
AT_ONCE = 32


async def turn(app: Starlette, workload: Workload, seconds: float) -> float:
    """CPU for a request, in microseconds."""
    began, end, count = time.process_time(), time.perf_counter() + seconds, 0

    async def client() -> None:
        nonlocal count
        while time.perf_counter() < end:
            await ask(app, workload.body, TOKEN)
            count += 1

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return (time.process_time() - began) / count * 1e6


async def measure(origin: str, length: Length) -> list[dict[str, Any]]:
    """A record for each workload."""
    app = create_app(load({}, env_file=None, upstream_url=origin, project_id="p", cache="off"))
    alone = gc.get_threshold()
    found = []
    async with app.router.lifespan_context(app):
        for workload in (W1, W2, W3):
            await turn(app, workload, length.seconds)
            left, spared = list[float](), list[float]()
            for _ in range(length.rounds):
                gc.unfreeze()
                gc.set_threshold(*alone)
                left.append(await turn(app, workload, length.seconds))
                spare_what_stays()
                spared.append(await turn(app, workload, length.seconds))
            ratio = median(after / before for after, before in zip(spared, left, strict=True))
            found.append({"workload": workload.name, "left": median(left), "spared": median(spared), "ratio": ratio})
    return found


def main(length: Length, into: Path) -> None:
    """Measures, prints and writes."""
    with cores() as on, upstream(on) as origin:
        found = uvloop.run(measure(origin.url, length))
    write(
        "garbage",
        {
            "machine": machine(),
            "length": f"one process, {AT_ONCE} requests at a time; {length.told()}",
            "garbage": found,
        },
        into,
    )


if __name__ == "__main__":
    main(*length_of(FULL, SHORT))
