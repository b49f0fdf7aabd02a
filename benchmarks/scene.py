"""A gateway's listings over an emulator, in virtual time: minutes of polling take seconds."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from statistics import mean, quantiles
from typing import Any

import httpx
from typing_extensions import override

from gateway.cache.key import KEYS
from gateway.credentials.kinds import ForwardedToken, Kind, scope_digest
from gateway.credentials.refusals import Refusals
from gateway.credentials.resolve import Caller
from gateway.credentials.secret import Secret
from gateway.emulator import Emulator, Tenant
from gateway.errors import GatewayError
from gateway.listing.report import Report
from gateway.observability.observer import Observer
from gateway.redis.link import Address, RedisLink, Result, connect
from gateway.settings import Settings, load
from gateway.upstream.shared_budget import SharedBudget
from gateway.web.caches import build_caches
from gateway.web.ground import Ground
from gateway.web.listings import Listings, build_listings
from gateway.web.upstream import build_upstream, call_budget
from tests.support import virtual_time

PROJECT = "0123456789abcdef0123456789abcdef"
EPOCH = 1_772_439_330.0
SECRET = b"a secret of the benchmark's own"
LATENCY = 0.1


@dataclass
class Seen:
    """What the readers were answered: the ages of what was fresh and of what was stale, errors, and waits."""

    fresh: list[float] = field(default_factory=list)
    stale: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    def row(self) -> Mapping[str, str]:
        """Shares, ages and waits, as a table has them."""
        ages = sorted(self.fresh + self.stale)
        reads = len(ages) + self.errors.total()
        p99 = quantiles(ages, n=100)[98] if len(ages) > 1 else 0.0
        return {
            "reads": f"{reads}",
            "fresh": f"{len(self.fresh) / reads:.1%}",
            "stale": f"{len(self.stale) / reads:.1%}",
            "errors": ", ".join(f"{code} {count / reads:.1%}" for code, count in self.errors.items()) or "none",
            "age: mean": f"{mean(ages):.1f} s" if ages else "",
            "p99": f"{p99:.1f} s" if ages else "",
            "oldest": f"{ages[-1]:.1f} s" if ages else "",
            "longest wait": f"{max(self.waits, default=0):.1f} s",
        }


class Scene:
    """Readers in front of listings, and the emulator behind them."""

    def __init__(self, emulator: Emulator, replicas: Sequence[Listings]) -> None:
        self.emulator = emulator
        self._turns = cycle(replicas)
        self._refusals = Refusals(now)

    def caller(self, number: int) -> Caller:
        """The holder of a token; each token is a scope."""
        token = f"token-{number}"
        return Caller(ForwardedToken(Secret(token), scope_digest(SECRET, Kind.TOKEN, token), self._refusals), PROJECT)

    async def read(self, caller: Caller, asset: str, seen: Seen) -> None:
        """The first ten rows of a list, written down; replicas take turns."""
        report, began = Report(), now()
        try:
            await next(self._turns).tasks.page(
                {"asset_id": asset}, first=10, after=None, caller=caller, report=report.page()
            )
        except GatewayError as problem:
            seen.errors[problem.code] += 1
        else:
            assert report.oldest is not None
            (seen.stale if report.stale else seen.fresh).append(now() - report.oldest)
        seen.waits.append(now() - began)

    async def poll(self, callers: Sequence[Caller], assets: Sequence[str], seen: Seen, *, until: float) -> None:
        """A thousand clients, each of which reads its list every five seconds from a moment of its own."""
        loop, dice = asyncio.get_running_loop(), Random(1)

        async def client(number: int) -> None:
            await asyncio.sleep(dice.random() * 5)
            while loop.time() < until:
                began = loop.time()
                await self.read(callers[number % len(callers)], assets[number % len(assets)], seen)
                await asyncio.sleep(max(0.0, began + 5 - loop.time()))

        await asyncio.gather(*(client(number) for number in range(1_000)))


def now() -> float:
    """Virtual seconds since the epoch."""
    return EPOCH + asyncio.get_running_loop().time()


@asynccontextmanager
async def open_scene(
    *, tokens: int, limit: int | None = None, replicas: int = 1, **settings: Any
) -> AsyncIterator[Scene]:
    """A gateway whose settings are the defaults but for those given, over 100 media assets of about 20 tasks.

    Args:
        tokens: How many callers there are.
        limit: The vendor's calls a minute; None for any number.
        replicas: How many of it there are.
        settings: Of the gateway.
    """
    tenant = Tenant(PROJECT, tokens=[f"token-{number}" for number in range(tokens)], size=2_000, assets=100)
    emulator = Emulator([tenant], clock=now, latency=LATENCY, calls_per_minute=limit)
    given = load({}, env_file=None, upstream_url="http://127.0.0.1", project_id=PROJECT, **settings)
    async with AsyncExitStack() as stack:
        listings = [await stack.enter_async_context(_replica(given, emulator)) for _ in range(replicas)]
        yield Scene(emulator, listings)


@asynccontextmanager
async def _replica(settings: Settings, emulator: Emulator) -> AsyncIterator[Listings]:
    link = _VirtualLink(connect(Address(settings.cache)), timeout=1, clock=now) if settings.shares_cache else None
    caches = build_caches(settings, None, clock=now, secret=SECRET, link=link)
    budget = call_budget(settings, caches, clock=now, secret=SECRET)
    if isinstance(budget, SharedBudget):
        budget.time = now
    upstream = build_upstream(settings, httpx.ASGITransport(emulator.app), now, budget=budget)
    listings = build_listings(settings, upstream, caches, Ground(now, SECRET, KEYS, Observer()))
    await caches.begin()
    try:
        yield listings
    finally:
        await listings.aclose()


class _VirtualLink(RedisLink):
    """Asks a real store, while virtual time stands still."""

    @override
    async def ask(self, call: Callable[[], Awaitable[Result]], *, probe: bool = False) -> Result:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, virtual_time.VirtualTimeLoop)
        with loop.outside():
            return await super().ask(call, probe=probe)


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Markdown."""
    head = list(rows[0])
    lines = [head, ["---"] * len(head), *([row[name] for name in head] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
