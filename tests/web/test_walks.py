"""The main job: walks over whole lists."""

import pytest

from tests.support.house import House, open_house


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
