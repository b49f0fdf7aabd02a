"""Tokens that the upstream refuses: what a poll costs, what is forgotten, how long a dead token still reads."""

import asyncio
from typing import Any

import pytest

from gateway.credentials.refusals import Refusals
from gateway.emulator import Tenant
from gateway.settings import load
from tests.support.house import PAGE, PROJECT, TOKEN, Clock, House, open_house

QUERY = "{ thumbnailTasks(first: 3) { nodes { taskId } } }"


async def reads(house: House, token: str = TOKEN) -> bool:
    """Whether a request with the token gets data; what runs in the background may end before the next one."""
    answer = await house.ask(QUERY, token=token)
    for _ in range(50):
        await asyncio.sleep(0)
    if "errors" in answer.body:
        assert answer.codes in (["UNAUTHENTICATED"], ["UPSTREAM_UNAVAILABLE"])
        return False
    return True


async def test_a_poll_with_a_dead_token_costs_one_call_in_ten_seconds() -> None:
    """A hundred requests in a minute cost six calls, and every one of them is told the same."""
    async with open_house() as house:
        for _ in range(100):
            answer = await house.ask(QUERY, token="dead")
            assert (answer.status, answer.codes) == (200, ["UNAUTHENTICATED"])
            house.clock.now += 0.6
        assert house.upstream_calls == 6


async def test_a_new_token_is_not_held_to_be_the_old_one() -> None:
    """A memory of a refusal is one token's; others are asked for at once."""
    async with open_house() as house:
        assert not await reads(house, "dead")
        assert await reads(house)
        house.emulator.credentials.add_token(PROJECT, "renewed")
        assert await reads(house, "renewed")


async def test_a_refusal_forgets_what_the_token_read() -> None:
    """The next question that reaches the upstream ends all that is remembered for this token, and no other's."""
    async with open_house(tenants=[Tenant(PROJECT, tokens=[TOKEN, "other"], size=250, clean=True)]) as house:
        assert await reads(house)
        assert await reads(house, "other")
        house.emulator.credentials.revoke_token(TOKEN)
        assert await reads(house)
        assert (await house.ask(PAGE, {"taskId": "x"})).codes == ["UNAUTHENTICATED"]
        assert not await reads(house)
        house.emulator.journal.clear()
        assert await reads(house, "other")
        assert house.upstream_calls == 0


async def test_a_refusal_in_the_background_forgets_too() -> None:
    """A stale answer is the last one: the refresh that it starts is refused."""
    async with open_house() as house:
        assert await reads(house)
        house.emulator.credentials.revoke_token(TOKEN)
        house.clock.now += 11
        assert await reads(house)
        assert not await reads(house)
        assert [call.status for call in house.emulator.journal] == [200, 401]


def spans(given: dict[str, Any]) -> tuple[float, float, float]:
    """How long a copy is fresh, served stale, and served where the upstream is down, by the settings."""
    settings = load({}, env_file=None, upstream_url="http://127.0.0.1", project_id=PROJECT, **given)
    return settings.cache_fresh_seconds, settings.cache_stale_seconds, settings.cache_error_seconds


GIVEN: list[dict[str, Any]] = [
    {},
    {"cache_fresh_seconds": 2, "cache_stale_seconds": 3, "cache_error_seconds": 4},
    {"cache_fresh_seconds": 1, "cache_stale_seconds": 0, "cache_error_seconds": 0},
]


def test_the_default_spans_are_those_of_the_docs() -> None:
    """60 seconds, and 360 while the upstream is down."""
    fresh, stale, error = spans({})
    assert (fresh + stale, fresh + stale + error) == (60, 360)


@pytest.mark.parametrize("given", GIVEN)
async def test_how_long_a_revoked_token_still_reads(given: dict[str, Any]) -> None:
    """Fresh + stale seconds at most: the copy was read just before the token was revoked, and not asked for since."""
    fresh, stale, _ = spans(given)
    for moment, still in ((0.999, True), (1.0, False)):
        async with open_house(**given) as house:
            assert await reads(house)
            house.emulator.credentials.revoke_token(TOKEN)
            house.clock.now += (fresh + stale) * moment
            assert await reads(house) is still
            house.clock.now += fresh
            assert not await reads(house)


@pytest.mark.parametrize("given", GIVEN)
async def test_how_long_it_reads_while_the_upstream_is_down(given: dict[str, Any]) -> None:
    """Fresh + stale + error seconds at most, as long as nobody can say that it is revoked."""
    total = sum(spans(given))
    async with open_house(**given) as house:
        assert await reads(house)
        house.emulator.credentials.revoke_token(TOKEN)
        house.emulator.fault("status", status=503)
        begin = house.clock.now
        for share in (0.1, 0.5, 0.9, 0.999):
            house.clock.now = begin + total * share
            assert await reads(house)
        house.clock.now = begin + total
        assert not await reads(house)


def test_the_memory_is_bounded() -> None:
    """The oldest refusal goes first, ten seconds are enough, and a clock that runs backwards locks nobody out."""
    clock = Clock()
    refusals = Refusals(clock, most=3)
    for name in "abcd":
        refusals.add(name)
    assert [name for name in "abcd" if refusals.seconds_left(name)] == ["b", "c", "d"]
    clock.now += 9.9
    assert refusals.seconds_left("b")
    clock.now += 0.1
    assert not refusals.seconds_left("b")
    refusals.add("e")
    clock.now -= 3600
    assert not refusals.seconds_left("e")
