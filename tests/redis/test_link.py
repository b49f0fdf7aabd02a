import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.redis.circuit import FAILURES, PROBES
from gateway.redis.link import Failure, StoreFailed
from tests.support.redis import RedisServer, redis_server
from tests.support.shared import Replica, open_replica, put


async def failure(replica: Replica) -> Failure:
    """How a question fails."""
    with pytest.raises(StoreFailed) as caught:
        await replica.link.ask(replica.link.client.ping)
    return caught.value.failure


async def test_a_store_that_hangs_is_left_alone_until_it_answers(redis: RedisServer) -> None:
    """Each failure takes no longer than the timeout; then none is asked any more, until good probes."""
    async with open_replica(redis.url, seconds=0.2) as replica:
        await put(replica, "a.1", b"value")
        redis.hang()
        for _ in range(FAILURES):
            assert not replica.link.degraded
            assert await failure(replica) is Failure.TIMEOUT
        assert replica.link.degraded
        assert await failure(replica) is Failure.OPEN
        assert await replica.store.get("a.1") is None
        assert replica.noted.failures == ["timeout"] * FAILURES
        redis.go_on()
        for _ in range(PROBES):
            assert replica.link.degraded
            await replica.generations.follow()
        assert await replica.store.get("a.1") == b"value"
        assert replica.noted.degraded == [True, False]


async def test_a_store_that_was_started_again_is_empty(redis: RedisServer) -> None:
    """Connections that died with it are replaced within the question."""
    async with open_replica(redis.url) as replica:
        await put(replica, "a.1", b"value")
        redis.kill()
        assert await failure(replica) is Failure.CONNECTION
        redis.start()
        assert await replica.store.get("a.1") is None
        await put(replica, "a.1", b"value")
        assert await replica.store.get("a.1") == b"value"
        assert not replica.link.degraded


async def test_more_questions_than_connections_wait_for_each_other(redis: RedisServer) -> None:
    """None fails for want of a connection."""
    async with open_replica(redis.url) as replica:
        await put(replica, "a.1", b"value")
        found = await asyncio.gather(*(replica.store.get("a.1") for _ in range(300)))
        assert found == [b"value"] * 300
        with redis.client() as client:
            assert client.info("clients")["connected_clients"] <= 33


async def test_given_up_questions_leave_no_answers_to_others(redis: RedisServer) -> None:
    """A connection whose reader was cancelled is not used again with its answer still to come."""
    async with open_replica(redis.url) as replica:
        for number in range(20):
            await put(replica, f"a.{number}", str(number).encode())
        for number in range(20):
            task = asyncio.create_task(replica.store.get(f"a.{number}"))
            for _ in range(number % 7):
                await asyncio.sleep(0)
            task.cancel()
            other = (number + 1) % 20
            assert await replica.store.get(f"a.{other}") == str(other).encode()
            await asyncio.gather(task, return_exceptions=True)
        assert replica.noted.failures == []


async def test_a_password_is_sent() -> None:
    """Without it the store is out; the errors do not show it."""
    with redis_server("--requirepass", "") as server, server.client() as client:
        client.config_set("requirepass", "hidden")
        async with open_replica(server.url, password="hidden") as replica:
            await put(replica, "a.1", b"value")
            assert await replica.store.get("a.1") == b"value"
        async with open_replica(server.url, password="wrong-one") as replica:
            assert not replica.generations.in_step
            with pytest.raises(StoreFailed) as caught:
                await replica.link.ask(replica.link.client.ping)
            assert "wrong-one" not in f"{caught.value!r} {caught.value.__cause__!r}"
        client.auth("hidden")


@asynccontextmanager
async def talker(says: bytes) -> AsyncIterator[str]:
    """Something that is no Redis; its address."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(says)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    "says", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 999, b"$5\r\nab", b"*-7\r\n", b":x\r\n"]
)
async def test_what_is_no_redis_is_a_failure_like_any_other(says: bytes) -> None:
    """Whatever it says."""
    async with talker(says) as url, open_replica(url, seconds=0.5) as replica:
        assert await replica.store.get("a.1") is None
        await put(replica, "a.1", b"value")
        assert not replica.generations.in_step
        assert replica.noted.failures
