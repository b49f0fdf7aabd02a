"""A gateway's listings over an emulator, in virtual time: minutes of polling take seconds."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from statistics import mean, quantiles
from typing import Any

import httpx

from gateway.cache.key import cache_key
from gateway.credentials.kinds import ForwardedToken, Kind, scope_digest
from gateway.credentials.refusals import Refusals
from gateway.credentials.resolve import Caller
from gateway.credentials.secret import Secret
from gateway.emulator import Emulator, Tenant
from gateway.errors import GatewayError
from gateway.listing.report import Report
from gateway.settings import load
from gateway.web.caches import build_caches
from gateway.web.listings import Listings, build_listings
from gateway.web.upstream import build_upstream

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

    def __init__(self, emulator: Emulator, listings: Listings) -> None:
        self.emulator = emulator
        self._listings = listings
        self._refusals = Refusals(now)

    def caller(self, number: int) -> Caller:
        """The holder of a token; each token is a scope."""
        token = f"token-{number}"
        return Caller(ForwardedToken(Secret(token), scope_digest(SECRET, Kind.TOKEN, token), self._refusals), PROJECT)

    async def read(self, caller: Caller, asset: str, seen: Seen) -> None:
        """The first ten rows of a list, written down."""
        report, began = Report(), now()
        try:
            await self._listings.tasks.page({"asset_id": asset}, first=10, after=None, caller=caller, report=report)
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
async def open_scene(*, tokens: int, limit: int | None = None, **settings: Any) -> AsyncIterator[Scene]:
    """A gateway whose settings are the defaults but for those given, over 100 media assets of about 20 tasks.

    Args:
        tokens: How many callers there are.
        limit: The vendor's calls a minute; None for any number.
        settings: Of the gateway.
    """
    tenant = Tenant(PROJECT, tokens=[f"token-{number}" for number in range(tokens)], size=2_000, assets=100)
    emulator = Emulator([tenant], clock=now, latency=LATENCY, calls_per_minute=limit)
    given = load({}, env_file=None, upstream_url="http://127.0.0.1", project_id=PROJECT, **settings)
    caches = build_caches(given, None, clock=now, secret=SECRET)
    upstream = build_upstream(given, httpx.ASGITransport(emulator.app), now)
    listings = build_listings(given, upstream, caches, clock=now, secret=SECRET, make_key=cache_key)
    try:
        yield Scene(emulator, listings)
    finally:
        await listings.aclose()


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Markdown."""
    head = list(rows[0])
    lines = [head, ["---"] * len(head), *([row[name] for name in head] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
