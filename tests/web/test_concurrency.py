"""Many at once: one call for the same question, and never another's data."""

import asyncio
from random import Random

import pytest

from gateway.emulator import Tenant
from tests.support.house import PAGE, PROJECT, TOKEN, House, open_house

OTHER_PROJECT = "fedcba9876543210fedcba9876543210"
OTHER_TOKEN = "other-token"
IDS = """query ($first: Int, $after: String) {
  thumbnailTasks(first: $first, after: $after) { nodes { taskId } totalCount pageInfo { endCursor } }
}"""


async def test_a_hundred_identical_queries_make_one_call(house: House) -> None:
    """All get the same page, also those who ask for it under an alias or for another part of the block."""
    house.emulator.latency = 0.05
    pages = await asyncio.gather(*(house.page(first=10) for _ in range(100)))
    assert house.upstream_calls == 1
    assert all(page == pages[0] for page in pages)
    assert len(pages[0]["edges"]) == 10


async def test_a_failure_is_shared_once() -> None:
    """A hundred who ask get one call's failure; the next one who asks gets the data."""
    async with open_house(upstream_attempts=1) as house:
        house.emulator.latency = 0.05
        house.emulator.fault("status", status=503, times=1)
        answers = await asyncio.gather(*(house.ask(PAGE) for _ in range(100)))
        assert house.upstream_calls == 1
        assert {tuple(answer.codes) for answer in answers} == {("UPSTREAM_UNAVAILABLE",)}
        assert (await house.page())["totalCount"] == 250


async def test_a_client_that_goes_away_takes_nobody_with_it(house: House) -> None:
    """The one who asked first leaves; the others get the answer of the same call."""
    house.emulator.latency = 0.05
    first, *others = [asyncio.create_task(house.page()) for _ in range(5)]
    while house.upstream_calls == 0:  # noqa: ASYNC110  the emulator's journal has no event
        await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    pages = await asyncio.gather(*others)
    assert {page["totalCount"] for page in pages} == {250}
    assert house.upstream_calls == 1


async def test_when_all_have_gone_away_nothing_is_left(house: House) -> None:
    """The call is cancelled, and the next one who asks makes its own."""
    house.emulator.fault("hang", times=1)
    tasks = [asyncio.create_task(house.page()) for _ in range(5)]
    while house.upstream_calls == 0:  # noqa: ASYNC110  the emulator's journal has no event
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (await house.page())["totalCount"] == 250
    assert house.upstream_calls == 2


async def interleaved(house: House, requests: int, dice: Random) -> None:
    """Both callers ask the same questions in any order; each sees only what is its own."""
    own = {
        TOKEN: set(house.emulator.catalogue(PROJECT).task_ids()),
        OTHER_TOKEN: set(house.emulator.catalogue(OTHER_PROJECT).task_ids()),
    }
    projects = {TOKEN: PROJECT, OTHER_TOKEN: OTHER_PROJECT}
    ends: dict[str, list[str | None]] = {TOKEN: [None], OTHER_TOKEN: [None]}

    async def ask(token: str) -> None:
        after = dice.choice(ends[token])
        answer = await house.ask(
            IDS,
            {"first": dice.choices([1, 3, 5, 110], [10, 10, 10, 1])[0], "after": after},
            token=token,
            headers={"X-Project-Id": projects[token]},
        )
        page = answer.data["thumbnailTasks"]
        seen = {node["taskId"] for node in page["nodes"]}
        assert seen <= own[token]
        assert seen or after
        assert page["totalCount"] == len(own[token])
        if len(ends[token]) < 20 and page["pageInfo"]["endCursor"]:
            ends[token].append(page["pageInfo"]["endCursor"])

    for _ in range(requests // 20):
        await asyncio.gather(*(ask(dice.choice([TOKEN, OTHER_TOKEN])) for _ in range(20)))


@pytest.mark.parametrize("cache", ["memory", "off"])
async def test_two_tokens_never_see_each_others_data(cache: str) -> None:
    """In 2 000 interleaved requests (cached; 400 where nothing is), with blocks growing old on the way."""
    tenants = [
        Tenant(PROJECT, tokens=[TOKEN], size=250, clean=True),
        Tenant(OTHER_PROJECT, tokens=[OTHER_TOKEN], size=230, seed=2, clean=True),
    ]
    async with open_house(tenants=tenants, cache=cache, callers_choose_project=True) as house:
        own, other = (set(house.emulator.catalogue(project).task_ids()) for project in (PROJECT, OTHER_PROJECT))
        assert not own & other
        dice = Random(7)
        for _ in range(10):
            await interleaved(house, 200 if cache == "memory" else 40, dice)
            house.clock.now += 25
        assert {call.status for call in house.emulator.journal} == {200}


async def test_two_tokens_of_one_project_share_nothing() -> None:
    """What one may see, another may not: even the same list is read under each token."""
    tenant = Tenant(PROJECT, tokens=[TOKEN, OTHER_TOKEN], size=30, clean=True)
    async with open_house(tenants=[tenant]) as house:
        for _ in range(3):
            for token in (TOKEN, OTHER_TOKEN):
                assert (await house.page(token=token))["totalCount"] == 30
        assert house.upstream_calls == 2
        house.emulator.credentials.revoke_token(OTHER_TOKEN)
        house.clock.now += 60
        answer = await house.ask(PAGE, token=OTHER_TOKEN)
        assert answer.codes == ["UNAUTHENTICATED"]
        assert (await house.page())["totalCount"] == 30
