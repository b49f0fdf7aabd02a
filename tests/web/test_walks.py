"""The main job: walks over whole lists."""

import pytest

from tests.support.house import PAGE, House, open_house


async def walk(house: House, first: int, **filters: str) -> list[str]:
    """The ids of all tasks, page by page."""
    seen: list[str] = []
    after, more = None, True
    while more:
        page = await house.page(first=first, after=after, **filters)
        assert page["pageInfo"]["hasPreviousPage"] is bool(seen)
        seen += [edge["node"]["taskId"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert not page["edges"] or after == page["edges"][-1]["cursor"]
    return seen


@pytest.mark.parametrize("cache", ["memory", "off"])
@pytest.mark.parametrize("first", [100, 7, 1000])
async def test_a_walk_sees_each_of_1234_tasks_once_and_in_order(first: int, cache: str) -> None:
    """Whatever the page size, and whether windows are remembered or not."""
    async with open_house(size=1_234, cache=cache) as house:
        seen = await walk(house, first)
        assert len(seen) == len(set(seen)) == 1_234
        assert seen == house.emulator.catalogue().task_ids()


async def test_a_walk_over_25_000_tasks_ends_where_the_upstreams_offsets_do() -> None:
    """Row 20 099 is the last one; `truncated` says that the list goes on, on every page, and nothing is lost before."""
    async with open_house(size=25_000) as house:
        seen: list[str] = []
        after, pages = None, 0
        while True:
            page = await house.page(first=1_000, after=after)
            assert page["truncated"] is True
            assert page["totalCount"] == 25_000
            seen += [edge["node"]["taskId"] for edge in page["edges"]]
            pages += 1
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert pages == 21
        assert seen == house.emulator.catalogue().task_ids()[:20_100]
        behind = await house.page(first=1_000, after=after)
        assert (behind["edges"], behind["pageInfo"]["hasNextPage"], behind["truncated"]) == ([], False, True)


async def test_the_cursor_of_a_row_that_could_not_be_read_ends_with_the_copy_of_it() -> None:
    """It names the row by its octets; once the upstream sends it well, that row stands nowhere."""
    async with open_house() as house:
        house.emulator.fault("wrong_types", times=1)
        page = (await house.ask(PAGE, {"first": 10})).body["data"]["thumbnailTasks"]
        house.clock.now += 361
        after = await house.ask(PAGE, {"first": 10, "after": page["pageInfo"]["endCursor"]})
        assert after.codes == ["STALE_CURSOR"]
