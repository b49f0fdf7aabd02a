"""Two gateways, one emulator behind them and one Redis between them."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from gateway.emulator import Tenant
from gateway.redis.circuit import FAILURES
from tests.support.house import PAGE, PROJECT, TOKEN, House, open_house
from tests.support.redis import RedisServer
from tests.support.served import served

ADMIN = "an-admin-token-of-ours"
BEARER = {"Authorization": f"Bearer {ADMIN}"}
OTHER = "another-good-token"
SHARED: dict[str, Any] = {
    "cache_secret": "the secret of all replicas",
    "admin_token": ADMIN,
    "cache_timeout_milliseconds": 5_000,
}


@asynccontextmanager
async def open_replicas(redis: RedisServer, **settings: Any) -> AsyncIterator[tuple[House, House]]:
    """The first one holds the emulator of both."""
    given = {**SHARED, "cache": redis.url, **settings}
    tenant = Tenant(PROJECT, tokens=[TOKEN, OTHER], size=250, clean=True)
    async with (
        open_house(tenants=[tenant], **given) as one,
        open_house(transport=httpx.ASGITransport(one.emulator.app), **given) as other,
    ):
        yield one, other


async def until(met: Callable[[], Awaitable[bool]]) -> None:
    """Waits for what replicas do by themselves: writing behind the answers, following the log, probing the store."""
    async with asyncio.timeout(20):
        while not await met():  # noqa: ASYNC110  another process has no event to wait by
            await asyncio.sleep(0.02)


async def until_written(redis: RedisServer, blocks: int) -> None:
    """Waits for so many blocks in the store."""

    async def written() -> bool:
        with redis.client() as client:
            return len(list(client.scan_iter("*:block:*"))) >= blocks

    await until(written)


async def test_what_one_read_costs_the_other_no_call(redis: RedisServer) -> None:
    """Pages of it are equal; another token reads for itself."""
    async with open_replicas(redis) as (one, other):
        page = await one.page(first=50)
        await until_written(redis, 1)
        assert await other.page(first=50) == page
        assert await other.page(first=20, after=page["edges"][29]["cursor"])
        assert one.upstream_calls == 1
        await other.page(first=50, token=OTHER)
        assert one.upstream_calls == 2


async def test_a_fresher_copy_is_taken_before_the_upstream_is_asked(redis: RedisServer) -> None:
    """Where the own one went stale, or has to be waited for, and another replica has read since."""
    async with open_replicas(redis, cache_fresh_seconds=10, cache_stale_seconds=10) as (one, other):
        await one.page(first=50)
        await until_written(redis, 1)
        await other.page(first=50)
        for seconds in (15, 25):  # stale; then only good for an upstream that is not there
            one.clock.now += seconds
            other.clock.now += seconds
            with redis.client() as client:
                [name] = client.scan_iter("*:block:*")
                client.delete(name)
            calls = one.upstream_calls
            await one.page(first=50)
            await until_written(redis, 1)
            answer = await other.ask(PAGE, {"first": 50})
            assert answer.data
            assert "stale" not in answer.body.get("extensions", {})
            assert one.upstream_calls == calls + 1


async def test_200_misses_at_once_cost_two_calls_at_most(redis: RedisServer) -> None:
    """One for each replica."""
    settings: dict[str, Any] = {"max_concurrent_requests": 300}
    async with open_replicas(redis, **settings) as (one, other):
        pages = await asyncio.gather(*((one, other)[number % 2].page(first=50) for number in range(200)))
        assert all(page == pages[0] for page in pages)
        assert one.upstream_calls <= 2


async def test_a_refusal_reaches_the_other_replica(redis: RedisServer) -> None:
    """What both remember under the token is not served any more: the other asks, and is refused too."""
    async with open_replicas(redis) as (one, other):
        for house in (one, other):
            await house.page(first=50)
        await until_written(redis, 1)
        one.emulator.credentials.revoke_token(TOKEN)
        one.clock.now += 1
        assert (await one.ask(PAGE, {"first": 5, "taskId": "new"})).codes == ["UNAUTHENTICATED"]

        async def refused() -> bool:
            answer = await other.ask(PAGE, {"first": 50})
            return "errors" in answer.body and answer.codes == ["UNAUTHENTICATED"]

        await until(refused)


@pytest.mark.parametrize("what", ["all=true", f"project={PROJECT}", "scope={}"])
async def test_a_purge_at_one_replica_is_one_at_both(redis: RedisServer, what: str) -> None:
    """The next read asks the upstream, in either."""
    async with open_replicas(redis) as (one, other):
        await one.page(first=50)
        await until_written(redis, 1)
        await other.page(first=50)
        with redis.client() as client:
            [name] = client.scan_iter("*:block:*")
        what = what.format(name.decode().split(":")[2].partition(".")[0][:12])
        answer = await one.client.post(f"/cache/purge?{what}", headers=BEARER)
        assert (answer.status_code, answer.json()) == (200, {"purged": True})
        assert one.upstream_calls == 1

        async def read_again() -> bool:
            await other.page(first=50)
            return one.upstream_calls > 1

        await until(read_again)
        await until_written(redis, 2)
        await one.page(first=50)
        assert one.upstream_calls == 2


async def test_nothing_in_the_store_can_be_read_or_moved(redis: RedisServer) -> None:
    """No token, no secret, no row, no project, no id of a question; and a value under another's key is refused."""
    async with open_replicas(redis, upstream_calls_per_minute=50) as (one, other):
        asset = one.emulator.catalogue().asset_ids(1)[0]
        page = await one.page(first=50, assetId=asset)
        await other.page(first=50, token=OTHER)
        await until_written(redis, 2)
        with redis.client() as client:
            keys = list(client.scan_iter())
            dump = b"\n".join([*keys, *(client.dump(key) for key in keys)])
            said = [TOKEN, OTHER, PROJECT, asset, SHARED["cache_secret"], "thumbnail", "asset_id", "task_id"]
            said += [edge["node"]["taskId"] for edge in page["edges"]]
            assert [word for word in said if str(word).encode() in dump] == []
            first, second = client.scan_iter("*:block:*")
            one_value, other_value = client.get(first), client.get(second)
            client.set(first, other_value)
            client.set(second, one_value)
        one.clock.now += 400
        other.clock.now += 400
        calls = one.upstream_calls
        # What either has in memory is too old by now; what stands under its key is the other's.
        assert await one.page(first=50, assetId=asset) == page
        await other.page(first=50, token=OTHER)
        assert one.upstream_calls == calls + 2
        text = (await one.client.get("/metrics", headers=BEARER)).text
        assert re.search(r'store_failures_total\{kind="value"\} [12]\.0', text)


async def test_without_the_store_each_goes_on_alone(redis: RedisServer) -> None:
    """No request fails, `/readyz` and `/metrics` say so, and so they do when it is back."""
    async with open_replicas(redis, cache_timeout_milliseconds=200) as (one, other):
        with served(one.app) as url:
            async with httpx.AsyncClient(base_url=url) as probe:
                assert (await probe.get("/readyz")).json() == {"status": "ready", "store": "ok"}
                redis.hang()
                for number in range(FAILURES):
                    assert (await probe.post("/graphql", **asked(number))).json()["data"]["thumbnailTasks"]
                answer = await probe.get("/readyz")
                assert (answer.status_code, answer.json()) == (200, {"status": "ready", "store": "degraded"})
                text = (await probe.get("/metrics", headers=BEARER)).text
                assert "vod_gateway_store_degraded 1.0" in text
                assert 'vod_gateway_store_failures_total{kind="timeout"}' in text
                answer = await probe.post("/cache/purge?all=true", headers=BEARER)
                assert answer.status_code == 202
                redis.go_on()

                async def well() -> bool:
                    found: dict[str, str] = (await probe.get("/readyz")).json()
                    return found["store"] == "ok"

                await until(well)
        await other.page(first=5)


def asked(number: int) -> dict[str, Any]:
    """A question that nobody asked before."""
    variables = {"first": 5, "assetId": f"asset-{number}"}
    return {"json": {"query": PAGE, "variables": variables}, "headers": {"X-Auth-Token": TOKEN}}


async def test_a_gateway_starts_without_its_store(redis: RedisServer) -> None:
    """And serves."""
    redis.kill()
    async with open_house(**SHARED, cache=redis.url) as house:
        assert await house.page(first=5)


async def test_the_budget_is_that_of_all(redis: RedisServer) -> None:
    """Four calls a minute are four, whichever replica makes them."""
    settings: dict[str, Any] = {"upstream_calls_per_minute": 4, "upstream_scope_percent": 100, "upstream_attempts": 1}
    async with open_replicas(redis, **settings) as (one, other):
        for number in range(8):
            await (one, other)[number % 2].ask(PAGE, {"first": 5, "assetId": f"asset-{number}"})
        assert one.upstream_calls == 4
