import pytest

from gateway.redis.circuit import FAILURES
from tests.support.redis import RedisServer, redis_server
from tests.support.shared import SECRET, open_replica, put

NAME = "test:block:{}"


async def test_replicas_find_what_one_of_them_put(redis: RedisServer) -> None:
    """For its lifetime, under the prefix, sealed."""
    async with open_replica(redis.url) as one, open_replica(redis.url) as other:
        await put(one, "a.1", b"rows of somebody")
        assert await other.store.get("a.1") == b"rows of somebody"
        assert await other.store.get("a.2") is None
        assert one.noted.failures == other.noted.failures == []
    with redis.client() as client:
        assert 0 < client.ttl(NAME.format("a.1")) <= 60
        assert b"somebody" not in client.get(NAME.format("a.1"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda value: value[:-1],
        lambda value: value[1:],
        lambda value: b"\x02" + value[1:],
        lambda value: value + b"\x00",
        lambda _: b"(dp0\nS'pickle'\n.",
        lambda value: value * 10_000,
        lambda _: bytes(5_000_000),
    ],
)
async def test_a_spoilt_value_is_a_miss(redis: RedisServer, spoil: object) -> None:
    """Counted, unless it is empty; it hurts no other one, and the store is not left alone for it."""
    assert callable(spoil)
    async with open_replica(redis.url) as replica:
        await put(replica, "a.1", b"one")
        await put(replica, "a.2", b"two")
        with redis.client() as client:
            spoilt = spoil(client.get(NAME.format("a.1")))
            client.set(NAME.format("a.1"), spoilt)
        assert [await replica.store.get("a.1") for _ in range(FAILURES + 1)] == [None] * (FAILURES + 1)
        assert await replica.store.get("a.2") == b"two"
        assert replica.noted.failures == ["value"] * (FAILURES + 1) * bool(spoilt)
        assert not replica.link.degraded


async def test_a_value_under_another_key_is_a_miss(redis: RedisServer) -> None:
    """Copied within a scope, to another scope, or from the store of a gateway with another secret."""
    async with open_replica(redis.url) as replica:
        await put(replica, "a.1", b"one")
        with redis.client() as client:
            for other in ("a.2", "b.1"):
                client.copy(NAME.format("a.1"), NAME.format(other))
                assert await replica.store.get(other) is None
        assert await replica.store.get("a.1") == b"one"
        assert SECRET not in repr(replica.store).encode()


async def test_what_is_no_string_is_a_miss(redis: RedisServer) -> None:
    """Somebody else's list under our key."""
    async with open_replica(redis.url) as replica:
        with redis.client() as client:
            client.rpush(NAME.format("a.1"), "x")
        assert [await replica.store.get("a.1") for _ in range(FAILURES + 1)] == [None] * (FAILURES + 1)
        assert set(replica.noted.failures) == {"refused"}
        assert not replica.link.degraded


async def test_a_large_value_stays_away(redis: RedisServer) -> None:
    """One as large as allowed goes; one octet more does not."""
    async with open_replica(redis.url, max_octets=100) as replica:
        await put(replica, "a.1", bytes(100))
        await put(replica, "a.2", bytes(101))
        assert await replica.store.get("a.1") == bytes(100)
        assert await replica.store.get("a.2") is None
        assert replica.noted.failures == ["too_large"]


async def test_writes_are_bounded(redis: RedisServer) -> None:
    """A store that hangs holds back no more than so many."""
    async with open_replica(redis.url, seconds=0.5) as replica:
        redis.hang()
        for number in range(300):
            replica.store.put(f"a.{number}", b"value", lifetime=60)
        assert replica.noted.failures == ["dropped"] * 100
        await replica.store.aclose()
        redis.go_on()


async def test_a_full_store_is_read_and_not_written(redis: RedisServer) -> None:
    """It is degraded until it takes writes again, which the next question for purges finds out."""
    async with open_replica(redis.url) as replica:
        await put(replica, "a.1", b"value")
        with redis.client() as client:
            client.config_set("maxmemory", 1)
            await put(replica, "a.2", b"value")
            await put(replica, "a.2", b"value")
            assert await replica.store.get("a.1") == b"value"
            await replica.generations.follow()
            assert replica.noted.degraded == [True]
            assert replica.generations.in_step
            client.config_set("maxmemory", 0)
            await replica.generations.follow()
        assert replica.noted.degraded == [True, False]
        assert replica.noted.failures == ["full", "full"]
        await put(replica, "a.2", b"value")
        assert await replica.store.get("a.2") == b"value"


async def test_a_read_only_store_is_read(redis: RedisServer) -> None:
    """As a replica of Redis's own is, when its clients were not told of the new master."""
    with redis_server() as master:
        async with open_replica(redis.url) as replica:
            await put(replica, "a.1", b"value")
            with redis.client() as client:
                client.replicaof("127.0.0.1", str(master.port))
                await replica.generations.follow()
                assert replica.noted.degraded == [True]
                assert set(replica.noted.failures) == {"read_only"}
                client.replicaof("NO", "ONE")
                await replica.generations.follow()
                assert replica.noted.degraded == [True, False]


async def test_one_replica_at_a_time_reads_a_block_again(redis: RedisServer) -> None:
    """Each block by itself, until it is left to others; without the store everybody may."""
    async with open_replica(redis.url, seconds=0.5) as one, open_replica(redis.url, seconds=0.5) as other:
        assert [await each.store.claim("a.1") for each in (one, other, one)] == [True, False, False]
        assert await other.store.claim("a.2")
        await one.store.release("a.1")
        assert await other.store.claim("a.1")
        redis.hang()
        assert await other.store.claim("a.1")
        redis.go_on()
