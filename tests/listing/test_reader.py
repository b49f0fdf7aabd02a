"""The page reader: named cases, each small and exact. Any case at all: test_drift.py."""

import asyncio
from collections.abc import Callable

import pytest
from typing_extensions import override

from gateway.errors import StaleCursor, UpstreamUnavailable
from gateway.paging.cursor import Cursor, row_fingerprint
from gateway.paging.plan import BlockPlan, ExactPlan, SignedPlan
from gateway.paging.window import Span
from tests.support.house import Clock
from tests.support.moving_list import MovingList, Seen
from tests.support.replica import FILTERS, Replica


def exact(rows: MovingList, *, search_calls: int = 4) -> Replica:
    """A replica that remembers nothing."""
    return Replica(rows, ExactPlan(rows.max_offset), search_calls=search_calls)


def blocks(rows: MovingList, clock: Clock | None = None) -> Replica:
    """A replica that remembers blocks for 10 s."""
    return Replica(rows, BlockPlan(rows.max_offset), clock=clock, fresh=10)


def signed(rows: MovingList) -> Replica:
    """A replica that has one request only."""
    return Replica(rows, SignedPlan(rows.max_offset))


def cursor_of(rows: MovingList, offset: int) -> Cursor:
    """The cursor of a row, as read now."""
    names = [row_fingerprint(f"task-{serial}".encode()) for serial in rows.rows[offset : offset + 2]]
    return Cursor(offset, len(rows), names[0], names[1] if len(names) > 1 else 0, FILTERS)


Make = Callable[[MovingList], Replica]
every_kind = pytest.mark.parametrize("make", [exact, blocks, signed])
both_kinds = pytest.mark.parametrize("make", [exact, blocks])


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


# The promise within one page


@both_kinds
@pytest.mark.parametrize("call", [1, 2, 3])
async def test_a_change_while_a_page_is_read_loses_nothing(make: Make, call: int) -> None:
    """Windows are joined by a row that both show, not by their offsets; concurrent ones too."""
    rows = MovingList(400)
    calls = iter(range(100))
    rows.before_call = lambda: rows.remove(10) if next(calls) == call else None
    served = await make(rows).page(350)
    assert served.serials[:99] in (list(range(99)), [serial for serial in range(100) if serial != 10])
    assert not rows.broken_promises(served.rows, served.versions(), complete=False)
    assert len(served.serials) == 350


async def test_neighbouring_blocks_of_different_age_are_joined_by_proof() -> None:
    """One row out and one in keep the seam's offset, and hide the change from whoever trusts that."""
    rows, clock = MovingList(400), Clock()
    replica = blocks(rows, clock)
    await replica.page(1)
    clock.now += 5
    rows.remove(20)
    rows.insert(60)
    served = await replica.page(150)
    assert not rows.broken_promises(served.rows, served.versions(), complete=False)
    assert len(rows.calls) == 2


async def test_an_old_block_that_lacks_the_row_is_read_again() -> None:
    """A copy may prove that a row stands, never that it does not."""
    rows, clock = MovingList(300), Clock()
    one, other = blocks(rows, clock), blocks(rows, clock)
    await other.page(10)
    rows.insert(0, 40)
    page = await one.page(20)
    rows.calls.clear()
    assert (await other.page(10, page.end)).serials == list(rows.rows[20:30])
    assert rows.calls == [Span(0, 100)]


async def test_a_page_whose_search_is_spent_ends_early_with_what_is_proved() -> None:
    """It says that rows follow, and the next page goes on behind it."""
    rows = MovingList(400)
    calls = iter(range(100))
    rows.before_call = lambda: rows.remove(60, 40) if next(calls) == 1 else None
    replica = exact(rows, search_calls=0)
    served = await replica.page(150)
    assert served.cut_short
    assert served.serials == list(range(100))
    assert served.page.has_next


@both_kinds
async def test_a_row_met_at_a_windows_very_end_is_met_once(make: Make) -> None:
    """Found by a search with nothing behind it, it counts from there on; else the page would look there for ever."""
    rows = MovingList(3_000)
    after = cursor_of(rows, 98)
    rows.insert(0, 50)
    rows.insert(0, 50)
    served = await make(rows).page(10, after)
    assert served.serials == list(range(99, 109))


# Cursors from elsewhere


async def test_a_cursor_outlives_the_block_it_came_from() -> None:
    """The block has expired, and the list has moved on."""
    rows, clock = MovingList(300), Clock()
    replica = blocks(rows, clock)
    page = await replica.page(10)
    clock.now += 1_000
    rows.insert(3, 2)
    assert (await replica.page(10, page.end)).serials == list(range(10, 20))


async def test_a_cursor_of_one_replica_works_at_another() -> None:
    """Whatever that one remembers: nothing, an older block, or a younger one."""
    rows, clock = MovingList(300), Clock()
    one, older, empty, uncached = blocks(rows, clock), blocks(rows, clock), blocks(rows, clock), exact(rows)
    await older.page(10)
    rows.remove(12, 3)
    page = await one.page(12)
    assert page.serials == list(range(12))
    assert (await older.page(5, page.end)).serials == [12, 13, 14, 15, 16]  # from the state that it remembers
    for other in (one, empty, uncached):
        assert (await other.page(5, page.end)).serials == [15, 16, 17, 18, 19]


async def test_a_row_has_the_same_cursor_however_it_was_read() -> None:
    """In blocks, exactly, in a long page over several windows, or behind a cursor."""
    rows = MovingList(400)
    pages = [await make(rows).page(250) for make in (exact, blocks)]
    pages.append(await exact(rows).page(150, cursor_of(rows, 99)))
    assert {page.page.edges[105 if len(page.rows) == 250 else 5].cursor for page in pages} == {cursor_of(rows, 105)}


# The wall


@both_kinds
@pytest.mark.parametrize(("size", "truncated"), [(20_100, False), (20_101, True), (20_500, True)])
async def test_the_offsets_end_at_a_wall(make: Make, size: int, *, truncated: bool) -> None:
    """Row 20 099 is the last; `truncated` says whether there are more."""
    rows = MovingList(size)
    replica = make(rows)
    served = await replica.page(50, cursor_of(rows, 20_080))
    assert served.serials == list(range(20_081, 20_100))
    assert not served.page.has_next
    assert served.page.truncated is truncated
    behind = await replica.page(10, served.end)
    assert (behind.rows, behind.page.has_next) == ([], False)


@both_kinds
async def test_a_row_pushed_over_the_wall_is_stale(make: Make) -> None:
    """It stands, but no offset reaches it."""
    rows = MovingList(20_500)
    after = cursor_of(rows, 20_095)
    rows.insert(0, 10)
    assert await make(rows).is_stale(after)


@both_kinds
async def test_snapshots_are_paged_to_their_own_wall(make: Make) -> None:
    """Their offset goes to 20 480, so row 20 579 is the last."""
    rows = MovingList(21_600, max_offset=20_480)
    replica = make(rows)
    seen = await replica.walk(300, cursor_of(rows, 19_000))
    assert seen == list(range(19_001, 20_580))


# No rows asked for, totals that are wrong


@every_kind
@pytest.mark.parametrize("size", [0, 1, 50])
async def test_no_rows_asked_for_are_answered_in_one_call(make: Make, size: int) -> None:
    """Whether there are any, and how many."""
    rows = MovingList(size)
    page = (await make(rows).page(0)).page
    assert (page.edges, page.has_next, page.has_previous, page.total) == ([], size > 0, False, size)
    assert len(rows.calls) == 1


class LyingList(MovingList):
    """Says that it is empty, as the vendor's example answer does."""

    @override
    async def read(self, span: Span, *, turns: int = 1) -> Seen:
        seen = await super().read(span, turns=turns)
        return Seen(seen.version, 0, seen.rows)


@both_kinds
async def test_rows_beside_a_total_of_none_are_believed(make: Make) -> None:
    """Whether more rows follow a full window takes one more call; the total is not passed on."""
    assert await make(LyingList(250)).walk(7) == list(range(250))
    page = (await make(LyingList(100)).page(100)).page
    assert (len(page.edges), page.has_next, page.total) == (100, False, None)
    assert (await make(LyingList(101)).page(100)).page.has_next
    assert (await signed(LyingList(100)).page(100)).page.has_next  # it has no further call; an empty page is legal


# Reading ahead


@both_kinds
async def test_a_long_page_reads_its_windows_at_once(make: Make) -> None:
    """One call to learn the total, then the ten others side by side."""
    rows = MovingList(3_000)
    await make(rows).page(1_000)
    assert rows.most_open_calls == 10


@both_kinds
async def test_no_window_is_read_ahead_behind_the_lists_end(make: Make) -> None:
    """The total of the first window is known by then."""
    rows = MovingList(250)
    await make(rows).page(1_000)
    assert len(rows.calls) == 3


@pytest.mark.parametrize("first", [101, 250, 1_000])
@pytest.mark.parametrize("call", [1, 2, 3])
async def test_windows_read_ahead_in_vain_count_as_well(first: int, call: int) -> None:
    """A list that moves under a long page cannot make it cost more than its bound: it ends early instead."""
    rows = MovingList(3_000)
    calls = iter(range(1_000))
    rows.before_call = lambda: rows.remove(0) if next(calls) >= call else None
    replica = exact(rows)
    served = await replica.page(first)
    assert len(rows.calls) <= replica.most_calls(first)
    assert not rows.broken_promises(served.rows, served.versions(), complete=False)


class FailingList(MovingList):
    """Fails from the second call on."""

    @override
    async def read(self, span: Span, *, turns: int = 1) -> Seen:
        seen = await super().read(span, turns=turns)
        if span.offset:
            raise UpstreamUnavailable("It is down.")
        return seen


@both_kinds
async def test_failures_of_windows_read_ahead_are_one_error_of_the_page(make: Make) -> None:
    """The others are waited for: none goes on, and none is reported by the event loop as never looked at."""
    unheard: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    rows = FailingList(3_000)
    with pytest.raises(UpstreamUnavailable):
        await make(rows).page(1_000)
    assert rows.open_calls == 0
    await asyncio.sleep(0)
    assert unheard == []


async def test_a_failure_in_a_search_is_that_failure() -> None:
    """Not a stale cursor: the row may well be there."""
    rows = FailingList(300)
    after = cursor_of(rows, 5)
    rows.insert(0, 200)
    with pytest.raises(UpstreamUnavailable):
        await exact(rows).page(10, after)


# One signed request


async def test_a_signed_request_goes_on_only_where_its_window_begins() -> None:
    """Further on, rows between might have been skipped unseen."""
    rows = MovingList(300)
    after = cursor_of(rows, 50)
    assert (await signed(rows).page(10, after)).serials == list(range(51, 61))
    rows.remove(0)
    assert (await signed(rows).page(10, after)).serials == list(range(51, 61))  # at the row after it
    rows.remove(0)
    with pytest.raises(StaleCursor):  # that row stands before the window now
        await signed(rows).page(10, after)
    rows.insert(0, 3)
    with pytest.raises(StaleCursor):  # the cursor's own row stands second
        await signed(rows).page(10, after)
    assert len(rows.calls) == 4
