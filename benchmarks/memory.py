"""Resident memory after many distinct windows, by the default settings: `python -m benchmarks.memory [windows]`.

Every window goes through `Blocks` and `MemoryStore` as a request's does: first windows of one task, of which as many as
the bound on entries are held, then windows of 100 tasks, which meet the bound on octets.
"""

import asyncio
import sys
import time
from functools import partial
from pathlib import Path
from resource import RUSAGE_SELF, getpagesize, getrusage

import msgspec

from gateway.cache.blocks import Blocks
from gateway.cache.freshness import Freshness
from gateway.cache.key import cache_key
from gateway.cache.store import MemoryStore
from gateway.emulator import Emulator, Tenant
from gateway.settings import Settings, load
from gateway.upstream.endpoints import THUMBNAIL_TASKS
from gateway.upstream.models import Answer, TaskRow
from tests.support.kept import blocks_in_memory

WINDOWS = 200_000
CALLERS = 500
SAMPLES = 64
MEBI = 1 << 20


def resident() -> float:
    """This process's resident memory in MiB, now; where the system does not tell, its highest up to now."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * getpagesize() / MEBI
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


def answers(rows: int) -> list[Answer[TaskRow]]:
    """Answers of so many realistic tasks."""
    catalogue = Emulator([Tenant("p", size=SAMPLES * rows)]).catalogue()
    pages = (catalogue.page(number * rows, rows) for number in range(SAMPLES))
    bodies = (msgspec.json.encode({"total": total, "thumbnails": tasks}) for total, tasks in pages)
    return [THUMBNAIL_TASKS.decoder.decode(body, limit=rows) for body in bodies]


async def fill(settings: Settings, windows: int, rows: int) -> None:
    """Reads so many windows of so many rows, and tells what is held."""
    store = MemoryStore(max_entries=settings.cache_max_entries, max_octets=settings.cache_max_megabytes * MEBI)
    freshness = Freshness(settings.cache_fresh_seconds, settings.cache_stale_seconds, settings.cache_error_seconds)
    blocks: Blocks[Answer[TaskRow]] = blocks_in_memory(Answer[TaskRow], freshness, time.time, store)
    samples = answers(rows)

    async def fetch(number: int) -> Answer[TaskRow]:
        return msgspec.structs.replace(samples[number % SAMPLES], total=number)

    before = resident()
    print(f"windows of {rows} tasks: {before:.0f} MiB resident before")
    start = time.perf_counter()
    for number in range(windows):
        key = cache_key(b"s" * 32, f"{number % CALLERS:032x}", "p", str(number))
        await blocks.read(key, partial(fetch, number))
        if (number + 1) % max(windows // 4, 1) == 0:
            held, octets = len(store._sizes), store._octets / MEBI  # noqa: SLF001  measured, not used
            print(f"{number + 1:>9,} read: {held:>6,} held in {octets:.1f} MiB, {resident():.0f} MiB resident")
    bound = "entries" if len(store._sizes) == settings.cache_max_entries else "octets"  # noqa: SLF001
    print(f"the bound that held: {bound}; {resident() - before:.0f} MiB more; {time.perf_counter() - start:.0f} s\n")
    await store.aclose()


if __name__ == "__main__":
    defaults = load({}, env_file=None, upstream_url="https://vod.example.com", project_id="p")
    print(f"bounds: {defaults.cache_max_entries:,} entries, {defaults.cache_max_megabytes} MiB\n")
    for size in (1, 100):
        asyncio.run(fill(defaults, int(sys.argv[1]) if len(sys.argv) > 1 else WINDOWS, size))
