"""The page reader at the edges: the wall of the offsets, no rows, wrong totals, and one signed request."""

import pytest
from typing_extensions import override

from gateway.errors import StaleCursor
from gateway.paging.window import Span
from tests.listing.replicas import Make, both_kinds, cursor_of, every_kind, signed
from tests.support.moving_list import MovingList, Seen

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
