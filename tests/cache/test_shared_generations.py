import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from gateway.cache.generations import EVERYTHING, of_scope
from gateway.cache.shared_generations import IN_STEP, MOST_UNPUBLISHED
from gateway.redis.circuit import FAILURES, PROBES
from tests.support.redis import RedisServer
from tests.support.shared import Replica, open_replica

SCOPE, OTHER = "0123456789abcdef" * 2, "fedcba9876543210" * 2


def agreed(*replicas: Replica) -> bool:
    """Whether they make the same keys."""
    return len({tuple(each.generations.current(scope, "p") for scope in (SCOPE, OTHER)) for each in replicas}) == 1


async def test_a_purge_reaches_those_who_follow(redis: RedisServer) -> None:
    """And those who begin later; what is not purged keeps its keys."""
    async with open_replica(redis.url) as one, open_replica(redis.url) as other:
        assert await one.generations.purge(of_scope(SCOPE))
        assert other.generations.current(SCOPE, "p") == ""
        await other.generations.follow()
        assert other.generations.current(SCOPE, "p") == one.generations.current(SCOPE, "p") != ""
        assert other.generations.current(OTHER, "p") == ""
        async with open_replica(redis.url) as late:
            assert agreed(one, other, late)


async def test_everything_takes_the_place_of_what_was_purged_before(redis: RedisServer) -> None:
    """In the log and in memory, at those who followed each step and at those who did not."""
    async with open_replica(redis.url) as one, open_replica(redis.url) as other:
        await one.generations.purge(of_scope(SCOPE))
        await other.generations.follow()
        await other.generations.purge(of_scope(OTHER))
        before = other.generations.current(SCOPE, "p")
        await one.generations.purge(EVERYTHING)
        await other.generations.follow()
        async with open_replica(redis.url) as late:
            assert agreed(one, other, late)
        assert other.generations.current(SCOPE, "p") not in {before, ""}
        await other.generations.purge(of_scope(SCOPE))
        await one.generations.follow()
        assert agreed(one, other)
    with redis.client() as client:
        assert client.zcard("test:purges") == 2


async def test_what_the_store_could_not_be_told_is_told_later(redis: RedisServer) -> None:
    """This process acts on it at once; the others when the store is back."""
    async with open_replica(redis.url, seconds=0.2) as one, open_replica(redis.url) as other:
        redis.hang()
        seen = {one.generations.current(SCOPE, "p")}
        for _ in range(FAILURES + 1):
            assert not await one.generations.purge(of_scope(SCOPE))
            assert one.generations.current(SCOPE, "p") not in seen
            seen.add(one.generations.current(SCOPE, "p"))
        redis.go_on()
        for _ in range(PROBES):
            await one.generations.follow()
        await other.generations.follow()
        assert agreed(one, other)
        assert other.generations.current(SCOPE, "p") not in seen


async def test_many_purges_that_could_not_be_told_are_one_of_everything(redis: RedisServer) -> None:
    """They are bounded, and none is lost."""
    async with open_replica(redis.url, seconds=0.2) as one, open_replica(redis.url) as other:
        redis.hang()
        for number in range(MOST_UNPUBLISHED + FAILURES):
            await one.generations.purge(of_scope(f"{number:032x}"[::-1]))
        redis.go_on()
        for _ in range(PROBES):
            await one.generations.follow()
        await other.generations.follow()
        assert agreed(one, other)
        assert other.generations.current(SCOPE, "p")


async def test_a_log_that_was_lost_brings_no_old_keys_back(redis: RedisServer) -> None:
    """What a process has in memory stays purged; the next purge is followed as ever."""
    async with open_replica(redis.url) as one, open_replica(redis.url) as other:
        await one.generations.purge(of_scope(SCOPE))
        await other.generations.follow()
        purged = other.generations.current(SCOPE, "p")
        redis.kill()
        redis.start()
        await other.generations.follow()
        assert other.generations.current(SCOPE, "p") == purged
        await one.generations.purge(of_scope(SCOPE))
        await other.generations.follow()
        assert agreed(one, other)
        assert other.generations.current(SCOPE, "p") != purged


async def test_who_cannot_follow_is_not_in_step_for_long(redis: RedisServer) -> None:
    """It then believes nothing that it would find in the store."""
    async with open_replica(redis.url) as replica:
        found = []
        for seconds in (IN_STEP, 0.1):
            replica.clock.now += seconds
            found.append(replica.generations.in_step)
        await replica.generations.follow()
        assert [*found, replica.generations.in_step] == [True, False, True]


async def test_replicas_are_counted(redis: RedisServer) -> None:
    """Those who followed lately."""
    async with open_replica(redis.url) as one, open_replica(redis.url), open_replica(redis.url):
        await one.generations.follow()
        assert one.generations.replicas == 3


async def test_it_follows_by_itself_until_it_is_closed(redis: RedisServer) -> None:
    """From the first question on, which is answered before any request is."""
    async with open_replica(redis.url) as replica:
        replica.clock.now += 100
        await replica.generations.begin()
        assert replica.generations.in_step
        await replica.generations.aclose()


@pytest.mark.parametrize("count", [1, 7_000, 30_000])
async def test_the_log_is_bounded(redis: RedisServer, count: int) -> None:
    """A flood of purges is one of everything, which all follow."""
    with redis.client() as client:
        client.zadd("test:purges", {f"s{number:012x}": 1e15 * 1.7 + number for number in range(count)})
        now = client.time()
        client.zadd("test:purges", {f"s{number:012x}": now[0] * 1e6 + number for number in range(count)})
        async with open_replica(redis.url) as one, open_replica(redis.url) as other:
            await one.generations.purge(of_scope(SCOPE))
            for replica in (other, one):
                await replica.generations.follow()
            assert agreed(one, other)
            assert other.generations.current(SCOPE, "p")
        assert client.zcard("test:purges") <= 10_000


@pytest.mark.parametrize(
    "spoil",
    [
        lambda client: client.set("test:purges", "x"),
        lambda client: client.zadd("test:purges", {"all": float("inf")}),
        lambda client: client.zadd("test:purges", {b"\xff": 1e17}),
        lambda client: client.rpush("test:purges", "x"),
    ],
)
async def test_garbage_in_the_log_is_a_store_that_is_out(redis: RedisServer, spoil: Callable[[Any], object]) -> None:
    """Nobody can be sure of purges then; it is told, and ends with the garbage."""
    async with open_replica(redis.url) as replica:
        with redis.client() as client:
            spoil(client)
            for _ in range(FAILURES):
                await replica.generations.follow()
            assert replica.noted.degraded == [True]
            assert not await replica.generations.purge(of_scope(SCOPE))
            client.delete("test:purges")
        for _ in range(PROBES):
            await replica.generations.follow()
        assert replica.noted.degraded == [True, False]
        async with open_replica(redis.url) as other:
            assert agreed(replica, other)


async def test_a_purge_whose_asker_left_is_owed(redis: RedisServer) -> None:
    """It is told with the next question."""
    async with open_replica(redis.url) as one, open_replica(redis.url) as other:
        redis.hang()
        asked = asyncio.create_task(one.generations.purge(of_scope(SCOPE)))
        await asyncio.sleep(0)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        redis.go_on()
        await one.generations.follow()
        await other.generations.follow()
        assert agreed(one, other)
        assert other.generations.current(SCOPE, "p")
