"""Real clients walk over real lists, over HTTP, while the lists change."""

from collections.abc import Iterator, Sequence

import pytest

from tests.clients.conftest import Walk
from tests.support.site import Site, open_site

TASKS = 1_234


@pytest.fixture
def site() -> Iterator[Site]:
    """A demo with 1 234 tasks."""
    with open_site(size=TASKS) as site:
        yield site


def change_meanwhile(site: Site) -> None:
    """Rows come and go between the walk's upstream calls: before its place, at it, and behind it."""
    site.emulator.script(before=3, edit="insert", at=0, count=5)
    site.emulator.script(before=5, edit="remove", at=20, count=7)
    site.emulator.script(before=7, edit="insert", at=1_000, count=3)
    site.emulator.script(before=9, edit="remove", at=900, count=4)
    site.emulator.script(before=11, edit="remove", at=0, count=90)


def check(ids: Sequence[str], site: Site, before: Sequence[str | None]) -> None:
    """No row twice, and every row that was there all the time."""
    after = site.emulator.catalogue().task_ids()
    assert len(after) == TASKS + 5 - 7 + 3 - 4 - 90, "the list did not change as often as it should"
    assert len(ids) == len(set(ids))
    assert set(before) & set(after) <= set(ids)
    assert set(ids) <= set(before) | set(after)


@pytest.mark.parametrize("client", ["fetch", "apollo", "urql"])
def test_a_walk_over_a_changing_list_loses_nothing(site: Site, walk: Walk, client: str) -> None:
    """1 234 tasks in a dozen upstream calls and a few for what moved: each once, in order, none lost."""
    before = site.emulator.catalogue().task_ids()
    change_meanwhile(site)
    ids = walk(client, site.graphql)["ids"]

    check(ids, site, before)
    after = set(site.emulator.catalogue().task_ids())
    standing = [task_id for task_id in before if task_id in after]
    there_all_along = set(standing)
    assert [task_id for task_id in ids if task_id in there_all_along] == standing
    assert 13 <= len(site.emulator.journal) <= 13 + 5 * 4


def test_a_walk_over_a_list_at_rest_takes_a_call_for_a_hundred_rows(site: Site, walk: Walk) -> None:
    """13 upstream calls for 1 234 tasks, which Apollo Client reads in 25 pages."""
    ids = walk("apollo", site.graphql)["ids"]
    assert ids == site.emulator.catalogue().task_ids()
    assert len(site.emulator.journal) == 13


def test_relay_joins_the_pages_of_tasks_and_of_pictures(walk: Walk) -> None:
    """Relay's store appends each page of the example's list, and of one task's pictures, in order."""
    with open_site(size=120) as site:
        told = walk("relay", site.graphql)
        ids = site.emulator.catalogue().task_ids()
    assert told["ids"] == ids
    assert len(told["seconds"]) == 4 + 3 * 20
    assert told["seconds"] == sorted(set(told["seconds"]))
