"""Walks over a list that changes between pages, from GraphQL to the upstream and back."""

from typing import Any

import pytest

from tests.support.house import House, open_house

SNAPSHOTS = """
query($taskId: ID!, $first: Int, $after: String) {
  thumbnailTask(taskId: $taskId) { snapshots(first: $first, after: $after) {
    edges { cursor node { offsetSeconds } } pageInfo { hasNextPage endCursor } totalCount truncated
  } }
}
"""

every_cache = pytest.mark.parametrize("cache", ["memory", "off"])


def tasks(page: dict[str, Any]) -> list[str]:
    """The ids of a page's tasks."""
    return [edge["node"]["taskId"] for edge in page["edges"]]


async def walk_while(house: House, first: int, inserts: int, *, seconds: float) -> list[str]:
    """A walk with rows put in at the head before every page but the first."""
    seen: list[str] = []
    after, more = None, True
    while more:
        page = await house.page(first=first, after=after)
        seen += tasks(page)
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        house.emulator.insert(count=inserts)
        house.clock.now += seconds
    return seen


@every_cache
@pytest.mark.parametrize("seconds", [0, 1, 12, 400])
@pytest.mark.parametrize(("first", "inserts"), [(10, 1), (10, 30), (100, 7), (7, 250)])
async def test_inserts_between_pages_neither_lose_nor_repeat_a_task(
    first: int, inserts: int, seconds: float, cache: str
) -> None:
    """Whether blocks are fresh, stale or gone by the next page, or never remembered."""
    async with open_house(size=230, cache=cache) as house:
        standing = house.emulator.catalogue().task_ids()
        assert await walk_while(house, first, inserts, seconds=seconds) == standing


@every_cache
async def test_a_change_between_the_calls_of_one_page_loses_nothing(cache: str) -> None:
    """The emulator takes a row out just before the page's third call."""
    async with open_house(size=600, cache=cache) as house:
        gone = house.emulator.catalogue().task_ids()[20]
        house.emulator.script(before=3, edit="remove", at=20)
        page = await house.page(first=500)
        assert len(page["edges"]) == 500
        assert [row for row in tasks(page) if row != gone] == house.emulator.catalogue().task_ids()[
            : 500 - (gone in tasks(page))
        ]


@every_cache
async def test_a_cursor_whose_place_is_gone_is_stale(cache: str) -> None:
    """Its own code says what a client can do about it."""
    async with open_house(size=230, cache=cache) as house:
        page = await house.page(first=10)
        house.emulator.remove(count=230)
        house.emulator.insert(count=230)
        house.clock.now += 1_000
        answer = await house.ask(
            "query($after: String) { thumbnailTasks(after: $after) { totalCount } }",
            {"after": page["pageInfo"]["endCursor"]},
        )
        assert answer.codes == ["STALE_CURSOR"]
        assert answer.body["data"] == {"thumbnailTasks": None}


@every_cache
async def test_rows_with_missing_ids_are_walked_as_safely(cache: str) -> None:
    """Their content tells them apart; the emulator's rows without ids differ."""
    rows = [
        {"thumbnail_count": number} if number % 3 else {"task_id": f"task-{number}", "thumbnail_count": number}
        for number in range(120)
    ]
    async with open_house(rows=rows, cache=cache) as house:
        seen: list[int] = []
        after, more = None, True
        while more:
            page = await house.page(first=7, after=after)
            seen += [edge["node"]["thumbnailCount"] for edge in page["edges"]]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
            house.emulator.insert(rows=[{"thumbnail_count": 1_000 + len(seen)}])
            house.clock.now += 5
        assert seen == list(range(120))


@every_cache
async def test_the_snapshots_of_a_task_are_paged_in_the_same_way(cache: str) -> None:
    """All of them, once, in order, with the calls that their number needs."""
    row = {"task_id": "long", "thumbnail_para": {"type": "time", "time": 1}, "thumbnail_count": 450}
    async with open_house(rows=[row], cache=cache) as house:
        seen: list[int] = []
        after, more = None, True
        while more:
            answer = await house.ask(SNAPSHOTS, {"taskId": "long", "first": 60, "after": after})
            page = answer.data["thumbnailTask"]["snapshots"]
            seen += [edge["node"]["offsetSeconds"] for edge in page["edges"]]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
            assert page["totalCount"] == 450
        assert seen == list(range(450))
        details = [call for call in house.emulator.journal if "details" in call.target]
        assert len(details) == (5 if cache == "memory" else 8)


async def test_snapshots_end_at_the_wall_of_their_own_offsets() -> None:
    """Offset 20 480: the last picture that can be reached is number 20 580."""
    row = {"task_id": "long", "thumbnail_para": {"type": "time", "time": 1}, "thumbnail_count": 21_000}
    async with open_house(rows=[row]) as house:
        count, after = 0, None
        page: dict[str, Any] = {}
        while page.get("pageInfo", {"hasNextPage": True})["hasNextPage"]:
            answer = await house.ask(SNAPSHOTS, {"taskId": "long", "first": 1_000, "after": after})
            page = answer.data["thumbnailTask"]["snapshots"]
            count += len(page["edges"])
            after = page["pageInfo"]["endCursor"]
        assert (count, page["truncated"]) == (20_580, True)
