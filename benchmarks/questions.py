"""Memory over distinct questions: `python -m benchmarks.questions [--short] [--into DIR]`.

A million pages of ten tasks, each of another media asset, of 500 callers in turn, by the default settings. Requests are
handed to the application in this process and the upstream's answers are made in it, so that a million take minutes.
"""

import asyncio
import gc
import os
import time
from pathlib import Path
from typing import Any

import httpx
from typing_extensions import override

from benchmarks.in_process import ask
from benchmarks.process import resident_mebibytes
from benchmarks.report import Length, length_of, machine, write
from benchmarks.upstream import Pages
from benchmarks.workloads import asset, page_body
from gateway.cache.answers import Answers
from gateway.cache.store import MemoryStore
from gateway.settings import load
from gateway.web.app import create_app
from gateway.web.garbage import spare_what_stays

FULL, SHORT = Length(seconds=0, rounds=1_000_000), Length(seconds=0, rounds=10_000)
STEPS = (1, 1_000, 10_000, 100_000, 1_000_000)
CALLERS = 500
AT_ONCE = 20
MEBI = 1 << 20


class Tasks(httpx.AsyncBaseTransport):
    """Answers ten tasks, whatever is asked."""

    def __init__(self) -> None:
        self._body = Pages(10).body(b"offset=0&limit=100")

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=self._body)


async def main(most: int, into: Path) -> None:
    """Asks, tells and writes."""
    settings = load({}, env_file=None, upstream_url="http://127.0.0.1", project_id="p")
    store = MemoryStore(max_entries=settings.cache_max_entries, max_octets=settings.cache_max_megabytes * MEBI)
    app = create_app(settings, transport=Tasks(), store=store)
    [answers] = [each for each in gc.get_objects() if type(each) is Answers]
    kept = answers._kept  # noqa: SLF001  measured, not used
    spare_what_stays()
    found: list[dict[str, Any]] = []
    async with app.router.lifespan_context(app):
        done = 0
        for step in (step for step in STEPS if step <= most):
            began, before = time.process_time(), done
            while done < step:
                some = range(done, min(step, done + AT_ONCE))
                await asyncio.gather(*(ask(app, page_body(asset(n), 10), f"token-{n % CALLERS}") for n in some))
                done += len(some)
            found.append(
                {
                    "questions": step,
                    "answers": len(kept._kept),  # noqa: SLF001
                    "answer_mebibytes": kept._taken / MEBI,  # noqa: SLF001
                    "blocks": len(store._sizes),  # noqa: SLF001
                    "block_mebibytes": store._octets / MEBI,  # noqa: SLF001
                    "resident": resident_mebibytes(os.getpid()),
                    "cpu": (time.process_time() - began) / (done - before) * 1e6,
                }
            )
            print(f"{step} asked, {found[-1]['resident']:.0f} MiB", flush=True)
    told = f"one process; answers bounded to {settings.cache_answers_megabytes} MiB, blocks to "
    told += f"{settings.cache_max_megabytes} MiB and {settings.cache_max_entries} entries"
    write("questions", {"machine": machine(), "length": told, "questions": found}, into)


if __name__ == "__main__":
    length, directory = length_of(FULL, SHORT)
    asyncio.run(main(length.rounds, directory))
