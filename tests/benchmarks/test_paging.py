"""The figures of docs/paging.md, at a smaller size, and the words around them."""

from pathlib import Path

import pytest

from benchmarks.changes import KINDS
from benchmarks.paging import calls_table, changes, quiet_walks, single_pages

DOCS = Path(__file__).parents[2] / "docs" / "paging.md"


async def test_a_quiet_walk_takes_a_call_for_each_99_rows() -> None:
    """Whatever the page size, where blocks are remembered; without, as many calls as its pages need."""
    assert [(found.cached, found.uncached, found.naive) async for found in quiet_walks(1_000)] == [
        (11, 100, 100),
        (11, 19, 10),
        (11, 11, 10),
    ]


async def test_a_page_takes_two_calls_at_most_after_inserts_at_the_head() -> None:
    """None while its block is fresh; one, in the background, while it is stale."""
    pages = [(found.cached, found.uncached) async for found in single_pages(2_000)]
    assert pages[0] == (0, 1)
    assert pages[1:] == [(0, 1), (1, 1), (1, 1), (0, 2), (1, 2), (1, 2), (0, 2), (1, 2), (2, 2)]


async def test_no_kind_of_change_loses_or_repeats_a_row() -> None:
    """But for a reordered list, of which nothing is promised; offset paging does under most kinds."""
    naive = 0
    async for found in changes(1):
        naive += found.naive.lost + found.naive.repeated > 0
        if not found.kind.startswith("reordered"):
            ours = (found.cached, found.uncached)
            assert [(tally.lost, tally.repeated) for tally in ours] == [(0, 0), (0, 0)], found.kind
    assert naive > len(KINDS) / 2


@pytest.mark.proof
async def test_the_documents_table_of_calls_is_what_is_measured() -> None:
    """Line by line."""
    assert "\n".join(await calls_table()) in DOCS.read_text()


def test_the_document_names_every_kind_of_change() -> None:
    """The long run is printed by `python -m benchmarks.paging`."""
    text = DOCS.read_text()
    assert [kind for kind in KINDS if f"| {kind} |" not in text] == []
