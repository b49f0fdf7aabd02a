"""Blocks of two replicas over one store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf

from gateway.cache.blocks import Block, Blocks
from gateway.cache.freshness import Freshness
from gateway.cache.single_flight import SingleFlight
from gateway.cache.store import MemoryStore
from gateway.cache.tiers import Tiers
from tests.support.redis import RedisServer
from tests.support.shared import Replica, open_replica

KEY = "0123456789ab.key"
EARLY = Freshness(10, 50, 300, early=0.5)


class Reader:
    """Reads texts at one replica; every key's lot is 1, so that what is fresh is due from 5 s on."""

    def __init__(self, replica: Replica, calls: list[str]) -> None:
        self.replica = replica
        self.calls = calls
        self.go = asyncio.Event()
        self.go.set()
        self.asked = asyncio.Event()
        tiers = Tiers[str](
            MemoryStore(max_entries=9, max_octets=9_999),
            str,
            lifetime=EARLY.lifetime,
            clock=replica.clock,
            shared=replica.store,
            generations=replica.generations,
        )
        self.blocks: Blocks[str] = Blocks(tiers, SingleFlight(), EARLY, replica.clock, lot=lambda _: 1.0)

    async def upstream(self) -> str:
        self.calls.append("call")
        self.asked.set()
        await self.go.wait()
        return f"answer {len(self.calls)}"

    async def read(self, *, now: bool = False) -> Block[str]:
        return await self.blocks.read(KEY, self.upstream, max_age=0 if now else inf)

    async def settle(self) -> None:
        """Lets what runs in the background come to its end."""
        await asyncio.gather(*self.blocks._refreshes)
        await self.replica.store.aclose()


@asynccontextmanager
async def readers(redis: RedisServer) -> AsyncIterator[tuple[Reader, Reader]]:
    """Both have the same block in memory, read now."""
    calls: list[str] = []
    async with open_replica(redis.url) as first, open_replica(redis.url) as second:
        one, other = Reader(first, calls), Reader(second, calls)
        await one.read()
        await one.settle()
        await other.read()
        assert len(calls) == 1
        yield one, other


async def later(one: Reader, other: Reader, seconds: float) -> None:
    """Time passes for both, who go on following."""
    for reader in (one, other):
        reader.replica.clock.now += seconds
        await reader.replica.generations.follow()


async def test_what_is_due_is_read_by_one_and_found_by_the_other(redis: RedisServer) -> None:
    """In the background; both serve what they have meanwhile."""
    async with readers(redis) as (one, other):
        await later(one, other, 6)
        for reader in (one, other):
            assert (await reader.read()).value == "answer 1"
            await reader.settle()
        assert len(one.calls) == 2
        assert (await other.read()).value == "answer 2"


async def test_what_another_is_reading_is_left_to_it(redis: RedisServer) -> None:
    """The copy is served; when the other one has it, it is found."""
    async with readers(redis) as (one, other):
        one.go.clear()
        one.asked.clear()
        await later(one, other, 6)
        await one.read()
        await one.asked.wait()
        await other.read()
        await other.settle()
        assert len(one.calls) == 2
        one.go.set()
        await one.settle()
        await other.read()
        await other.settle()
        assert (await other.read()).value == "answer 2"
        assert len(one.calls) == 2


async def test_who_wants_it_new_gets_it_new(redis: RedisServer) -> None:
    """Whatever the store holds."""
    async with readers(redis) as (_, other):
        assert (await other.read(now=True)).value == "answer 2"
