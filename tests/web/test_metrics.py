from typing import Any

import httpx
import pytest

from gateway.cli.demo import build_demo
from gateway.emulator import Emulator, Tenant
from gateway.settings import load
from tests.observability.test_metrics import value
from tests.support.house import PAGE, PROJECT, TOKEN, House, open_house

ADMIN = "an-admin-token-of-ours"
BEARER = {"Authorization": f"Bearer {ADMIN}"}


async def page(house: House) -> bytes:
    """The page, for who may see it."""
    answer = await house.client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.content


async def test_there_is_no_page_without_a_token() -> None:
    """Not even a refusal."""
    async with open_house() as house:
        assert (await house.client.get("/metrics", headers=BEARER)).status_code == 404


@pytest.mark.parametrize("sent", ["", ADMIN, f"Basic {ADMIN}", f"Bearer {ADMIN}x", "Bearer", "Bearer ä"])
async def test_the_page_needs_the_token(sent: str) -> None:
    """The whole of it, as a Bearer."""
    async with open_house(admin_token=ADMIN) as house:
        answer = await house.client.get("/metrics", headers=[(b"authorization", sent.encode())])
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert "vod_gateway" not in answer.text


async def test_requests_calls_and_the_cache_are_counted() -> None:
    """One missed, one was kept whole, one made of a block, one served stale, one tried again; some failed."""
    async with open_house(admin_token=ADMIN, cache_fresh_seconds=10, cache_stale_seconds=10) as house:
        await house.page(first=10)
        await house.page(first=10)
        await house.page(first=11)
        house.clock.now += 25
        house.emulator.fault("status", status=500, times=2)
        await house.page(first=10)
        await house.page(first=10, taskId="unknown")
        await house.ask(PAGE, {"first": -1})
        await house.ask(PAGE, token=None)
        text = await page(house)

    def count(name: str, **labels: str) -> float | None:
        return value(text, f"vod_gateway_{name}", **labels)

    assert count("requests_total", outcome="ok", code="", lane="answer") == 1
    assert count("requests_total", outcome="ok", code="", lane="blocks") == 2
    assert count("requests_total", outcome="ok", code="", lane="upstream") == 2
    assert count("requests_total", outcome="failed", code="BAD_USER_INPUT", lane="") == 1
    assert count("requests_total", outcome="refused", code="UNAUTHENTICATED", lane="") == 1
    assert count("upstream_calls_total", outcome="ok", attempt="1") == 1
    assert count("upstream_calls_total", outcome="UPSTREAM_UNAVAILABLE", attempt="1") == 2
    assert count("upstream_calls_total", outcome="ok", attempt="2") == 1
    assert count("cache_reads_total", level="block", state="fresh") == 1
    assert count("cache_reads_total", level="block", state="miss") == 2
    assert count("in_progress", what="requests") == 0
    assert TOKEN not in text.decode()


async def test_what_is_refused_is_counted() -> None:
    """The breaker, and for how long; then calls that are not made."""
    async with open_house(admin_token=ADMIN, breaker_failures=1, upstream_attempts=1, breaker_seconds=30) as house:
        house.emulator.fault("status", status=500, times=1)
        for _ in range(3):
            await house.ask(PAGE)
        text = await page(house)
        assert value(text, "vod_gateway_refusing_until_seconds", by="breaker") == house.clock.now + 30
    assert value(text, "vod_gateway_upstream_calls_refused_total", by="breaker") == 2
    assert value(text, "vod_gateway_upstream_calls_total", outcome="UPSTREAM_UNAVAILABLE", attempt="1") == 1


async def test_a_throttled_project_is_told() -> None:
    """Until when, by the upstream's own words."""
    async with open_house(admin_token=ADMIN) as house:
        house.emulator.fault("throttled", times=1)
        await house.ask(PAGE)
        await house.ask(PAGE)
        text = await page(house)
        assert (value(text, "vod_gateway_refusing_until_seconds", by="cooldown") or 0) > house.clock.now
    assert value(text, "vod_gateway_upstream_calls_refused_total", by="quota") == 1


async def test_searches_for_moved_rows_are_counted() -> None:
    """A row that was deleted above the cursor's makes the next page look for its place."""
    async with open_house(admin_token=ADMIN) as house:
        end = (await house.page(first=150))["pageInfo"]["endCursor"]
        house.clock.now += 1_000  # nothing remembered serves any more
        house.emulator.catalogue().remove(at=0, count=120)
        await house.page(first=50, after=end)
        assert (value(await page(house), "vod_gateway_search_calls_total") or 0) >= 1


async def test_the_demo_shows_its_page_to_everybody() -> None:
    """Nothing in it is secret."""
    emulator = Emulator([Tenant(PROJECT, tokens=[TOKEN], size=3)])
    settings: Any = load({}, env_file=None, upstream_url="http://127.0.0.1", project_id=PROJECT)
    app = build_demo(settings, emulator, token=TOKEN)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://demo.test") as client:
        assert b"vod_gateway_requests_total" in (await client.get("/metrics")).content
