"""Plans: which spans are asked for."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.paging.plan import STEP, BlockPlan, ExactPlan, Plan, SignedPlan, ahead, places, reach
from gateway.paging.window import MAX_LIMIT, Span
from tests.support.windows import cursor

plans = st.builds(
    lambda kind, most: kind(most),
    st.sampled_from([BlockPlan, ExactPlan, SignedPlan]),
    st.sampled_from([20_000, 20_480]),
)
searching = st.builds(
    lambda kind, most: kind(most),
    st.sampled_from([BlockPlan, ExactPlan]),
    st.sampled_from([150, 990]),
)
offsets = st.integers(0, 20_099)
sizes = st.integers(0, 1_000)


def allowed(plan: Plan, span: Span) -> bool:
    """Whether the upstream takes it."""
    return 0 <= span.offset <= plan.max_offset and 1 <= span.limit <= MAX_LIMIT


@given(plan=plans, offset=offsets, need=sizes)
def test_no_plan_asks_for_what_the_upstream_refuses(plan: Plan, offset: int, need: int) -> None:
    """Whatever the page, offset and limit keep to the documented ranges."""
    spans = [plan.start(need), plan.look(offset, need), plan.around(offset), plan.beyond(offset)]
    assert all(allowed(plan, span) for span in spans)


@given(plan=plans, offset=offsets, need=sizes)
def test_a_row_is_looked_for_where_it_stood(plan: Plan, offset: int, need: int) -> None:
    """The first span holds the row's offset, and so does the widest one."""
    for span in (plan.look(offset, need), plan.around(offset), plan.beyond(offset)):
        assert span.offset <= offset < span.end


@given(offset=offsets)
def test_blocks_are_the_same_few_for_everybody(offset: int) -> None:
    """100 rows from each multiple of 99, the last ones at the highest offset."""
    span = BlockPlan(20_000).look(offset, 10)
    assert span.limit == MAX_LIMIT
    assert span.offset % STEP == 0 or span.offset == 20_000


def test_neighbouring_blocks_share_one_row() -> None:
    """It proves that they belong together; the last blocks overlap further, so that no row is out of reach."""
    plan = BlockPlan(20_000)
    spans = sorted({plan.around(offset) for offset in range(reach(plan))})
    overlaps = [one.end - other.offset for one, other in pairwise(spans)]
    assert overlaps == [1] * (len(spans) - 2) + [98]
    assert spans[-1] == Span(20_000, 100)


@given(offset=st.integers(0, 19_900), need=st.integers(0, 1_000))
def test_an_exact_span_holds_what_the_page_needs(offset: int, need: int) -> None:
    """The row, what follows it as far as 100 rows go, and up to eight spare rows on either side."""
    span = ExactPlan(20_000).look(offset, need)
    assert span.end - offset - 1 >= min(need, STEP)
    assert offset - span.offset <= 8
    assert span.end - (offset + 1 + need) <= 8


@pytest.mark.parametrize(("first", "span"), [(0, (0, 1)), (10, (0, 11)), (99, (0, 100)), (100, (0, 100))])
def test_an_exact_page_at_the_start_reads_one_row_more_unless_that_costs_a_call(
    first: int, span: tuple[int, int]
) -> None:
    """`first: 100` is one call."""
    assert ExactPlan(20_000).start(first) == SignedPlan(20_000).start(first) == span


@given(offset=offsets, first=st.integers(1, 98))
def test_a_signed_span_is_the_row_the_page_and_one_more(offset: int, first: int) -> None:
    """Exactly these, since the caller has to sign them beforehand."""
    span = SignedPlan(20_000).look(offset, first + 1)
    assert span == (min(offset, 20_000), first + 2 + max(0, offset - 20_000)) or span.end >= 20_100


@given(plan=plans, last=offsets, missing=st.integers(1, 1_000), total=st.integers(0, 30_000))
def test_windows_read_ahead_are_those_that_a_quiet_list_needs(plan: Plan, last: int, missing: int, total: int) -> None:
    """Each begins where the one before it ended, and together they hold the missing rows or the list's end."""
    reached = last
    for span in ahead(plan, last, missing, total):
        needed = missing - (reached - last)
        assert needed > 0
        assert span == plan.look(reached, needed + 1)
        reached = span.end - 1
    assert reached - last >= missing or reached + 1 >= min(total, reach(plan))


@given(
    plan=searching,
    offset=st.integers(0, 249),
    before=st.integers(1, 1_500),
    now=st.none() | st.integers(0, 1_500),
)
def test_a_search_reads_no_place_twice_and_in_the_end_all_of_the_list(
    plan: Plan, offset: int, before: int, now: int | None
) -> None:
    """If it were not bounded; the reader bounds it."""
    seen = Span(min(offset, plan.max_offset), 1)
    spans = list(places(plan, cursor("R", offset=offset, total=before), now, [seen]))
    assert len(set(spans)) == len(spans)
    assert all(allowed(plan, span) for span in spans)
    covered = sorted(spans)
    end = 0
    for span in covered:
        assert span.offset <= end
        end = max(end, span.end)
    assert end >= min(reach(plan) if now is None else now, reach(plan))


@pytest.mark.parametrize("plan", [BlockPlan(20_000), ExactPlan(20_000)])
def test_a_search_begins_where_the_change_in_total_points(plan: Plan) -> None:
    """First the whole change, then its share, then the old place."""
    anchor = cursor("R", offset=5_000, total=10_000)
    spans = list(places(plan, anchor, 11_000, seen=[]))[:3]
    assert spans == [plan.around(6_000), plan.around(5_500), plan.around(5_000)]


def test_what_was_read_in_vain_is_left_out() -> None:
    """The first look, of a page within the same block, has told already."""
    plan = BlockPlan(20_000)
    anchor = cursor("R", offset=50, total=1_000)
    assert next(places(plan, anchor, 1_000, seen=[plan.around(50)])) == plan.around(50 + STEP)


def test_an_empty_list_is_searched_at_its_start_alone() -> None:
    """There is no other place."""
    assert list(places(ExactPlan(20_000), cursor("R", offset=500, total=1_000), 0, seen=[])) == [Span(0, 100)]
