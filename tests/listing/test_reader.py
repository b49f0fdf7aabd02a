"""The page reader: what a page costs, and what moved, gone and equal rows do to it. Any case at all: test_drift.py."""

import pytest

from tests.listing.replicas import Make, blocks, both_kinds, every_kind, exact, signed
from tests.support.house import Clock
from tests.support.moving_list import MovingList

# How many calls a page takes


@pytest.mark.parametrize(
    ("make", "first", "calls"),
    [
        (exact, 10, 1),
        (exact, 99, 1),
        (exact, 100, 1),
        (exact, 101, 2),
        (exact, 1_000, 11),
        (blocks, 10, 1),
        (blocks, 99, 1),
        (blocks, 100, 1),
        (blocks, 101, 2),
        (blocks, 1_000, 11),
        (signed, 100, 1),
    ],
)
async def test_a_page_at_the_start_takes_as_few_calls_as_it_can(make: Make, first: int, calls: int) -> None:
    """100 rows a call, of which all but the first call's share one with their neighbour."""
    rows = MovingList(3_000)
    served = await make(rows).page(first)
    assert served.serials == list(range(first))
    assert len(rows.calls) == calls


async def test_a_page_within_a_block_that_is_remembered_takes_no_call() -> None:
    """Nor does any other page of it."""
    rows = MovingList(3_000)
    replica = blocks(rows)
    first = await replica.page(10)
    rows.calls.clear()
    second = await replica.page(10, first.end)
    assert (await replica.page(78, second.end)).serials == list(range(20, 98))
    assert rows.calls == []


@pytest.mark.parametrize("inserts", [1, 8])
async def test_a_small_shift_costs_an_exact_page_no_further_call(inserts: int) -> None:
    """Eight spare rows on either side of the window are what it is for."""
    rows = MovingList(300)
    replica = exact(rows)
    page = await replica.page(10)
    rows.insert(0, inserts)
    rows.calls.clear()
    assert (await replica.page(10, page.end)).serials == list(range(10, 20))
    assert len(rows.calls) == 1


@both_kinds
@pytest.mark.parametrize("inserts", [50, 500])
async def test_a_shift_of_the_whole_list_is_found_at_once(make: Make, inserts: int) -> None:
    """The change in total points to the row's new place: at most two further calls."""
    rows, clock = MovingList(3_000), Clock()
    replica = exact(rows) if make is exact else blocks(rows, clock)
    page = await replica.page(10)
    clock.now += 11
    rows.insert(0, inserts)
    rows.calls.clear()
    assert (await replica.page(10, page.end)).serials == list(range(10, 20))
    assert len(rows.calls) <= 2


# Moved, gone, emptied


@every_kind
async def test_a_removed_row_is_replaced_by_the_one_after_it(make: Make) -> None:
    """The page goes on at the row after it."""
    rows = MovingList(300)
    page = await make(rows).page(10)
    rows.remove(9)
    assert (await make(rows).page(10, page.end)).serials == list(range(10, 20))


@every_kind
async def test_a_removed_pair_ends_the_walk(make: Make) -> None:
    """Neither the row nor the one after it is there: nothing proves where the page would go on."""
    rows = MovingList(300)
    page = await make(rows).page(10)
    rows.remove(9, 2)
    assert await make(rows).is_stale(page.end)


@both_kinds
async def test_a_list_emptied_and_refilled_ends_the_walk(make: Make) -> None:
    """Its total is as before, its rows are others."""
    rows = MovingList(50)
    page = await make(rows).page(10)
    rows.remove(0, 50)
    assert await make(rows).is_stale(page.end)
    rows.insert(0, 50)
    assert await make(rows).is_stale(page.end)


@both_kinds
async def test_the_lists_last_row_gone_ends_the_walk(make: Make) -> None:
    """No row stood behind it that could say so."""
    rows = MovingList(50)
    page = await make(rows).page(50)
    rows.remove(49)
    assert await make(rows).is_stale(page.end)


@both_kinds
async def test_a_list_cut_off_behind_the_cursor_ends_there(make: Make) -> None:
    """An empty page, with its neighbours told rightly."""
    rows = MovingList(500)
    page = await make(rows).page(300)
    rows.remove(300, 200)
    served = (await make(rows).page(10, page.end)).page
    assert (served.edges, served.has_next, served.has_previous, served.total) == ([], False, True, 300)


@both_kinds
async def test_has_previous_is_exact_when_all_rows_before_are_gone(make: Make) -> None:
    """A cursor alone does not make it true."""
    rows = MovingList(50)
    page = await make(rows).page(10)
    rows.remove(0, 10)
    assert not (await make(rows).page(10, page.end)).page.has_previous


async def test_a_reordered_list_is_not_detected() -> None:
    """What the promise leaves out: a row moved down is handed out again, and the cursor's own takes the page along."""
    rows = MovingList(100)
    replica = exact(rows)
    page = await replica.page(10)
    rows.move(2, 40)
    assert 2 in (await replica.page(50, page.end)).serials
    rows.move(rows.rows.index(9), 60)
    assert (await replica.page(80, page.end)).serials[0] == rows.rows[61]


async def test_equal_rows_without_ids_are_not_told_apart_in_a_list_that_moves() -> None:
    """In a list that stands still they are walked in order; after a change the cursor is stale rather than guessed."""
    rows = MovingList(40, name=lambda _: ("the same", False))
    replica = exact(rows)
    assert await replica.walk(7) == list(range(40))
    page = await replica.page(7)
    rows.insert(0)
    assert await replica.is_stale(page.end)


async def test_rows_without_ids_are_told_apart_by_what_they_contain() -> None:
    """A shift loses and repeats none of them, as long as the row after the cursor's agrees."""
    rows = MovingList(40, name=lambda serial: (f"content {serial}", False))
    replica = exact(rows)
    page = await replica.page(7)
    rows.insert(0, 3)
    assert (await replica.page(7, page.end)).serials == list(range(7, 14))


async def test_an_id_listed_twice_is_walked_in_a_list_that_stands_still() -> None:
    """The offset and the total are its second witness."""
    rows = MovingList(60, name=lambda serial: (f"task-{serial % 20}", True))
    assert await exact(rows).walk(7) == list(range(60))
