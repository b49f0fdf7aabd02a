import pytest

from gateway.cache.store import MemoryStore
from gateway.cache.tiers import MAX_SKEW, Entry, Tiers
from tests.support.redis import RedisServer
from tests.support.shared import Replica, open_replica

KEY = "0123456789ab.key"


class Tier(Tiers[str]):
    """Texts at a replica, with its memory in reach."""

    def __init__(self, replica: Replica) -> None:
        self.memory = MemoryStore(max_entries=9, max_octets=9_999)
        self.replica = replica
        super().__init__(
            self.memory,
            str,
            lifetime=360,
            clock=replica.clock,
            shared=replica.store,
            generations=replica.generations,
        )

    async def written(self, key: str, entry: Entry[str]) -> None:
        """Keeps an entry and waits until both levels have it."""
        await self.keep(key, entry)
        await self.replica.store.aclose()


async def test_what_one_keeps_another_finds(redis: RedisServer) -> None:
    """And has it in memory from then on."""
    async with open_replica(redis.url) as first, open_replica(redis.url) as second:
        one, other = Tier(first), Tier(second)
        entry = Entry(first.clock.now, "text")
        await one.written(KEY, entry)
        assert await one.recall(KEY) == entry
        assert await other.recall(KEY) is None
        assert await other.look_up(KEY, None) == entry
        assert await other.recall(KEY) == entry


async def test_only_what_is_newer_takes_the_place_of_what_is_known(redis: RedisServer) -> None:
    """An older entry in the store, or one as old, changes nothing."""
    async with open_replica(redis.url) as first, open_replica(redis.url) as second:
        one, other = Tier(first), Tier(second)
        known = Entry(first.clock.now, "known")
        await other.memory.put(KEY, b"untouched", lifetime=1)
        for seconds in (-5, 0):
            await one.written(KEY, Entry(first.clock.now + seconds, "old"))
            assert await other.look_up(KEY, known) is known
        assert await other.memory.get(KEY) == b"untouched"
        await one.written(KEY, Entry(first.clock.now + 1, "new"))
        assert await other.look_up(KEY, known) == Entry(first.clock.now + 1, "new")


@pytest.mark.parametrize(("ahead", "believed"), [(MAX_SKEW, True), (MAX_SKEW + 0.1, False)])
async def test_a_replica_whose_clock_is_ahead_is_believed_a_little(
    redis: RedisServer,
    ahead: float,
    believed: bool,  # noqa: FBT001  a test's parameter
) -> None:
    """Its entries would be fresh for longer than they may."""
    async with open_replica(redis.url) as first, open_replica(redis.url) as second:
        one, other = Tier(first), Tier(second)
        await one.written(KEY, Entry(second.clock.now + ahead, "text"))
        assert (await other.look_up(KEY, None) is not None) is believed


async def test_an_entry_of_another_kind_is_a_miss(redis: RedisServer) -> None:
    """As after a release that keeps something else under the same key."""
    async with open_replica(redis.url) as replica:
        tier = Tier(replica)
        replica.store.put(KEY, b'{"read_at": 1, "value": []}', lifetime=9)
        await replica.store.aclose()
        assert await tier.look_up(KEY, None) is None


async def test_what_is_forgotten_is_forgotten_by_others(redis: RedisServer) -> None:
    """By a generation of the scope, which is part of its keys."""
    async with open_replica(redis.url) as first, open_replica(redis.url) as second:
        one = Tier(first)
        await one.written(KEY, Entry(first.clock.now, "text"))
        await one.forget("0123456789ab")
        assert await one.recall(KEY) is None
        await second.generations.follow()
        assert second.generations.current("0123456789ab", "p")


async def test_a_replica_out_of_step_asks_nothing(redis: RedisServer) -> None:
    """It might find what was purged."""
    async with open_replica(redis.url) as replica:
        tier = Tier(replica)
        assert tier.are_shared
        replica.clock.now += 60
        assert not tier.are_shared
