"""The page reader over several windows, replicas and blocks of different age, and what it reads ahead."""

import asyncio

import pytest
from typing_extensions import override

from gateway.errors import UpstreamUnavailable
from gateway.paging.window import Span
from tests.listing.replicas import Make, blocks, both_kinds, cursor_of, exact
from tests.support.house import Clock
from tests.support.moving_list import MovingList, Seen

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
