"""Upstream calls of walks, and what changes do to walks: two Markdown tables for docs/paging.md.

    python -m benchmarks.paging [examples]

The calls are those of the emulator's journal. No figure depends on the machine or on its clock.
"""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import product

from benchmarks.changes import KINDS
from benchmarks.walks import Stage, Walk, open_stage

EXAMPLES = 100
ROWS, PAGE, CHANGES = 400, 10, 3


@dataclass
class Calls:
    """Upstream calls for one job: with blocks remembered, without, and by offsets.

    `wrong` is how many rows the last page of offset paging should not have held.
    """

    job: str
    cached: int
    uncached: int
    naive: int
    wrong: int = 0


async def quiet_walks(size: int = 10_000) -> AsyncIterator[Calls]:
    """Walks over a whole list that stands still; so does the clock."""
    for first in (10, 100, 1_000):
        taken = []
        for cache in (True, False):
            async with open_stage(size, cache=cache) as stage:
                walk = await stage.walk(first)
                assert walk.ids == stage.ids
                taken.append(walk.calls)
        cached, uncached = taken
        yield Calls(f"a quiet walk over {size} rows by {first}", cached, uncached, Stage(size).naive_walk(first).calls)


AGES = {0: "fresh", 11: "stale", 400: "gone"}


async def single_pages(size: int = 10_000) -> AsyncIterator[Calls]:
    """A walk's second page of 10, after inserts at the head."""
    for inserts, age in [(0, 0), *product((1, 50, 500), AGES)]:
        cached, uncached = [await page_after(inserts, age, size, cache=cache) for cache in (True, False)]
        stage = Stage(size)
        right = stage.ids[10:20]
        stage.emulator.insert(count=inserts)
        wrong = sum(row not in right for row in stage.ids[10:20])
        yield Calls(f"a page of 10, {inserts} rows in at the head, its block {AGES[age]}", cached, uncached, 1, wrong)


async def page_after(inserts: int, seconds: float, size: int, *, cache: bool) -> int:
    """The calls of a walk's second page, those in the background included."""
    async with open_stage(size, cache=cache) as stage:
        walk = await stage.walk(10, pages=1)
        right = stage.ids[10:20]
        stage.emulator.insert(count=inserts)
        stage.now += seconds
        stage.emulator.journal.clear()
        answer = await stage.page(10, walk.after)
        assert [node["taskId"] for node in answer["data"]["thumbnailTasks"]["nodes"]] == right
        for _ in range(100):  # turns of the loop, for what goes on in the background
            await asyncio.sleep(0)
        return len(stage.emulator.journal)


@dataclass
class Tally:
    """What walks of one kind did, over all examples."""

    lost: int = 0
    repeated: int = 0
    stale: int = 0
    calls: int = 0

    def add(self, walk: Walk, standing: list[str]) -> None:
        """One walk more."""
        self.lost += walk.lost(standing)
        self.repeated += walk.repeated
        self.stale += walk.stale
        self.calls += walk.calls


@dataclass
class Changes:
    """The three ways to walk under one kind of change."""

    kind: str
    naive: Tally
    cached: Tally
    uncached: Tally


class Script:
    """Changes a stage's list before some pages of a walk, always the same ones for the same seed."""

    def __init__(self, stage: Stage, kind: str, seed: int) -> None:
        self._stage, self._change, self._dice = stage, KINDS[kind], random.Random(seed)
        self._pages = self._dice.sample(range(1, ROWS // PAGE), CHANGES)
        self._standing = stage.ids

    def __call__(self, walk: Walk) -> None:
        """A second passes; the list changes where it is the page's turn."""
        self._stage.now += 1
        if walk.pages not in self._pages:
            return
        ids = self._stage.ids
        at = ids.index(walk.ids[-1]) if walk.ids[-1] in ids else len(walk.ids) - 1
        self._change(self._stage.emulator, self._dice, at)
        left = set(self._stage.ids)
        self._standing = [row for row in self._standing if row in left]

    @property
    def standing(self) -> list[str]:
        """The rows that stood all the time, in their first order."""
        return self._standing


async def changes(examples: int = EXAMPLES) -> AsyncIterator[Changes]:
    """Each kind of change, three times in every walk."""
    for kind in KINDS:
        found = Changes(kind, Tally(), Tally(), Tally())
        for seed in range(examples):
            stage = Stage(ROWS)
            script = Script(stage, kind, seed)
            found.naive.add(stage.naive_walk(PAGE, script), script.standing)
            for tally, cache in ((found.cached, True), (found.uncached, False)):
                async with open_stage(ROWS, cache=cache) as opened:
                    script = Script(opened, kind, seed)
                    tally.add(await opened.walk(PAGE, script), script.standing)
        yield found


def table(head: str, rows: list[list[object]]) -> Iterator[str]:
    """A Markdown table; all but its first column are numbers."""
    names = head.split(" | ")
    yield "| " + " | ".join(names) + " |"
    yield "|---|" + "---:|" * (len(names) - 1)
    yield from ("| " + " | ".join(map(str, row)) + " |" for row in rows)


async def main(examples: int) -> None:
    """Prints both tables."""
    print("\n".join(await calls_table()), end="\n\n", flush=True)
    print("\n".join(await changes_table(examples)))


async def calls_table() -> list[str]:
    """What quiet walks and single pages cost."""
    jobs = [[c.job, c.cached, c.uncached, c.naive, c.wrong] async for c in quiet_walks()]
    jobs += [[c.job, c.cached, c.uncached, c.naive, c.wrong] async for c in single_pages()]
    head = "upstream calls for | cached | uncached | offset paging | wrong rows in its page"
    return list(table(head, jobs))


async def changes_table(examples: int) -> list[str]:
    """What changes do to walks."""
    rows: list[list[object]] = []
    async for found in changes(examples):
        ours = (found.cached, found.uncached)
        rows.append([found.kind, found.naive.lost, found.naive.repeated])
        rows[-1] += [sum(tally.lost for tally in ours), sum(tally.repeated for tally in ours)]
        rows[-1] += [tally.stale for tally in ours] + [tally.calls for tally in (*ours, found.naive)]
    head = (
        "change, three times in a walk | offset paging: lost | repeated | gateway: lost | repeated | "
        "stale, cached | stale, uncached | calls, cached | uncached | offset paging"
    )
    title = f"{examples} walks of each kind over {ROWS} rows by {PAGE}, a page a second:"
    return [title, "", *table(head, rows)]


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLES))
