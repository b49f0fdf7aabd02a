"""The upstream of the soak: two projects in a process of its own, whose faults and changes are written down.

Run as a program it serves them on a free port of 127.0.0.1, with the control route open, and ends with its
standard input.
"""

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any

import aiohttp

from gateway.emulator import AccessKey, Emulator, Tenant
from gateway.emulator.rows import Rows
from gateway.emulator.server import listen, run, url_of
from tests.support.upstream_faults import FAULTS, UpstreamFault

SIZE = 900
ASSETS = 6
LATENCY = 0.01
LAST_CALM = 25.0
"""Seconds without faults at the end, by which no error may be left."""


@dataclass(frozen=True)
class Project:
    """One of the two.

    Args:
        id: Its id.
        seed: What its rows follow from.
        tokens: That open it.
        key: A pair that opens it.
    """

    id: str
    seed: int
    tokens: Sequence[str]
    key: tuple[str, str]

    def rows(self) -> Rows:
        """What its rows are, by their ids."""
        return Rows(self.seed, ASSETS, clean=True)

    def tenant(self) -> Tenant:
        """As the emulator holds it."""
        return Tenant(
            self.id, self.tokens, [AccessKey(*self.key)], size=SIZE, seed=self.seed, assets=ASSETS, clean=True
        )


FIRST = Project("a" * 32, 1, ("soak-token-one", "soak-token-two"), ("SOAKCALLERSKEY", "the-callers-secret"))
SECOND = Project("b" * 32, 2, (), ("SOAKGATEWAYKEY", "the-gateways-secret"))

REFUSALS = frozenset({"UNAUTHENTICATED", "FORBIDDEN"})
LEFT_OUT = frozenset({"429 with the vendor's hint"})
"""It ends everything for a minute, in which nothing else would show."""

LARGE = frozenset({"huge", "gzip bomb"})
"""They come first, on every call: memory that they take is not all given back."""

OPTIONS: Mapping[str, Mapping[str, Any]] = {"huge": {"megabytes": 8}, "gzip bomb": {"megabytes": 20}}
"""More than the gateway reads of an answer, and no more: making them must not keep the emulator from other calls."""

KINDS: Sequence[UpstreamFault] = [fault for fault in FAULTS if fault.options and fault.name not in LEFT_OUT]


@dataclass(frozen=True)
class Strike:
    """A fault that was switched on and off again.

    Args:
        fault: Which.
        project: Whose calls it struck; empty for both.
        share: The part of them that it struck.
        begin: Seconds since the epoch.
        end: Likewise.
    """

    fault: UpstreamFault
    project: str
    share: float
    begin: float
    end: float

    def explains(self, code: str, project: str, at: float, *, of_row: bool) -> bool:
        """Whether an error follows from it.

        Args:
            code: The error's.
            project: The caller's.
            at: When it was answered, in seconds since the epoch.
            of_row: Whether it is the error of one row, not of a page.
        """
        if self.project not in {"", project} or at < self.begin:
            return False
        known = {self.fault.code} if self.fault.code else set()
        if self.fault.name == "wrong types":
            known.add("STALE_CURSOR")  # the rows have other ids, so that a cursor's own is not found
        # Where calls fail the breaker opens (up to 15 s), and others use up their time waiting.
        late = 20.0 if self.fault.code in {"UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE"} else 12.0
        if self.fault.code in {"UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE"}:
            known |= {"UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE"}
        if self.fault.name == "wrong types" and (of_row or code == "STALE_CURSOR"):
            # A good answer to the cache, which remembers it. A page that ends at a row which could not be read has a
            # cursor with that row's octets; once it can be read, the cursor's row is nowhere.
            late = 370.0
        return code in known and at <= self.end + late


@dataclass
class Chronicle:
    """What was done to the upstream.

    Args:
        strikes: The faults, in their order.
        changes: When rows were put in or taken out, and how many: more than 0 is put in.
        removed: The ids that were taken out.
    """

    strikes: list[Strike] = field(default_factory=list)
    changes: list[tuple[float, str, int]] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)


class Upstream:
    """The emulator in its process.

    Args:
        url: Its base URL.
        seed: What is done to it follows from this.
    """

    def __init__(self, url: str, seed: int) -> None:
        self.url = url
        self.chronicle = Chronicle()
        self._faults, self._changes = Random(seed), Random(seed)
        self._inserted: dict[str, list[str]] = {FIRST.id: [], SECOND.id: []}

    async def trouble(self, session: aiohttp.ClientSession, until: float, pace: float) -> None:
        """Faults of every kind in turn, a few seconds each, with pauses, of which some are long.

        Args:
            session: To tell the emulator.
            until: Seconds since the epoch.
            pace: What these times are multiplied by, and how often a pause is long; 1 at most.
        """
        order, dice = list(KINDS), self._faults
        dice.shuffle(order)
        order.sort(key=lambda fault: fault.name not in LARGE)
        for number, fault in enumerate(cycle(order)):
            pause = pace * (25.0 if dice.random() < 0.1 * pace else dice.uniform(1, 4))
            lasts = pace * dice.uniform(2, 6)
            if time.time() + pause + lasts > until:
                return
            await asyncio.sleep(pause)
            # The gateway would not use its own key for 6 minutes once that was refused.
            project = FIRST.id if fault.code in REFUSALS else dice.choice(("", FIRST.id, SECOND.id))
            share, begin = dice.choice((0.2, 0.5, 1.0)), time.time()
            if number < len(LARGE):
                project, share = "", 1.0
            which = {"project": project, "share": share, "seed": dice.randrange(1_000)}
            options = {**fault.options, **OPTIONS.get(fault.name, {}), **which}
            await self._post(session, "fault", options)
            await asyncio.sleep(lasts)
            await self._post(session, "clear", {})
            self.chronicle.strikes.append(Strike(fault, project, share, begin, time.time()))

    async def change(self, session: aiohttp.ClientSession, until: float) -> None:
        """Rows are put in anywhere, mostly few, and taken out: new ones, and some that were there at first."""
        original = {project.id: [project.rows().task_ids.id_of(n) for n in range(SIZE)] for project in (FIRST, SECOND)}
        dice = self._changes
        while time.time() < until:
            await asyncio.sleep(dice.uniform(0.3, 2))
            project = dice.choice((FIRST, SECOND)).id
            inserted, count = self._inserted[project], dice.choice((1, 1, 2, 5, 30))
            if len(inserted) < 200 and dice.random() < 0.5:
                where = {"project": project, "at": dice.choice((0, 0, dice.randrange(SIZE))), "count": count}
                inserted += await self._post(session, "insert", where)
                self.chronicle.changes.append((time.time(), project, count))
                continue
            for _ in range(min(count, 5)):
                among = inserted if inserted and dice.random() < 0.8 else original[project]
                task_id = among.pop(dice.randrange(len(among)))
                self.chronicle.removed.add(task_id)
                await self._post(session, "remove", {"project": project, "task_id": task_id})
                self.chronicle.changes.append((time.time(), project, -1))

    async def journal(self, session: aiohttp.ClientSession) -> list[Mapping[str, Any]]:
        """The calls that it saw."""
        async with session.get(f"{self.url}/_emulator/journal") as answer:
            calls: list[Mapping[str, Any]] = await answer.json()
            return calls

    async def _post(self, session: aiohttp.ClientSession, name: str, arguments: Mapping[str, Any]) -> Any:
        async with session.post(f"{self.url}/_emulator/{name}", json=arguments) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return told["result"]


def struck(calls: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """How many calls met a fault, by its kind."""
    return Counter(kind for call in calls for kind in call["fault"])


@contextmanager
def upstream_process() -> Iterator[str]:
    """Runs it while the block runs; its base URL."""
    command = [sys.executable, "-m", "benchmarks.soak_upstream", "serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def _serve() -> None:
    emulator = Emulator([FIRST.tenant(), SECOND.tenant()], control=True, latency=LATENCY)
    with listen("127.0.0.1", 0) as listener:
        print(url_of(listener), flush=True)
        threading.Thread(target=_end_with_input, daemon=True).start()
        run(emulator, listener)


def _end_with_input() -> None:
    sys.stdin.read()
    signal.raise_signal(signal.SIGTERM)


if __name__ == "__main__" and sys.argv[1:] == ["serve"]:
    _serve()
