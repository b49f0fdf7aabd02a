"""Which spans to read for a page, and where to look for a row that has moved.

Three ways, by what may be remembered: `BlockPlan` where windows may be cached, `ExactPlan` where
they may not, `SignedPlan` where one request is all there is. Picture and reasons: docs/paging.md.
"""

from collections.abc import Iterator
from typing import ClassVar, Protocol

from typing_extensions import override

from gateway.paging.cursor import Cursor
from gateway.paging.window import MAX_LIMIT, Span

STEP = MAX_LIMIT - 1
"""How far apart blocks begin: neighbours share one row, which proves that they belong together."""

SPARE_ROWS = 8
"""Rows an exact window reads before and behind what it needs, so that a small shift costs no search."""


class Plan(Protocol):
    """Turns a place in the list into spans. Offsets run from 0 to `max_offset`, the upstream's range."""

    max_offset: int
    searches: ClassVar[bool]
    spare_calls: ClassVar[int]

    def start(self, first: int) -> Span:
        """The span that begins the list, for a page of `first` rows."""
        ...

    def look(self, offset: int, need: int) -> Span:
        """Where the row at `offset` is looked for first, with the `need` rows behind it if they fit."""
        ...

    def around(self, offset: int) -> Span:
        """The widest span around an offset, for the search."""
        ...

    def beyond(self, end: int) -> Span:
        """A span that shows whether a row stands at offset `end`."""
        ...


def reach(plan: Plan) -> int:
    """The offset behind the last row the upstream can be made to show."""
    return plan.max_offset + MAX_LIMIT


class BlockPlan(Plan):
    """Blocks of 100 rows that overlap by one: the same few spans for everybody, so that they can be cached."""

    searches: ClassVar[bool] = True
    spare_calls: ClassVar[int] = 1

    def __init__(self, max_offset: int) -> None:
        self.max_offset = max_offset

    @override
    def start(self, first: int) -> Span:
        return self.around(0)

    @override
    def look(self, offset: int, need: int) -> Span:
        return self.around(offset)

    @override
    def around(self, offset: int) -> Span:
        return Span(min(offset // STEP * STEP, self.max_offset), MAX_LIMIT)

    @override
    def beyond(self, end: int) -> Span:
        return self.around(end)


class ExactPlan(Plan):
    """Spans cut to the page, with some rows to spare where they cost no further call."""

    searches: ClassVar[bool] = True
    spare_calls: ClassVar[int] = 0
    spare_rows: ClassVar[int] = SPARE_ROWS

    def __init__(self, max_offset: int) -> None:
        self.max_offset = max_offset

    @override
    def start(self, first: int) -> Span:
        return Span(0, min(first + 1, MAX_LIMIT))

    @override
    def look(self, offset: int, need: int) -> Span:
        spare = max(0, min(self.spare_rows, (MAX_LIMIT - 1 - need) // 2))
        begin = max(0, min(offset - spare, self.max_offset))
        return Span(begin, min(offset - begin + 1 + need + spare, MAX_LIMIT))

    @override
    def around(self, offset: int) -> Span:
        return Span(min(max(0, offset - MAX_LIMIT // 2), self.max_offset), MAX_LIMIT)

    @override
    def beyond(self, end: int) -> Span:
        begin = min(end, self.max_offset)
        return Span(begin, end - begin + 1)


class SignedPlan(ExactPlan):
    """Exactly one span, which the caller has signed: nothing to spare, nothing to search."""

    searches: ClassVar[bool] = False
    spare_rows: ClassVar[int] = 0


def ahead(plan: Plan, last: int, missing: int, total: int) -> Iterator[Span]:
    """The spans that a page still needs behind offset `last`, as long as the list stays as it is."""
    end = min(total, reach(plan))
    while missing > 0 and last + 1 < end:
        span = plan.look(last, missing + 1)
        yield span
        missing -= span.end - 1 - last
        last = span.end - 1


def places(plan: Plan, anchor: Cursor, total: int | None, seen: list[Span]) -> Iterator[Span]:
    """Where to search for a row that is not at its offset, the likeliest place first.

    The row is looked for where it stands if all of the change in total happened before it, then where
    it stands if the change was spread evenly over the list, then at its own offset, then outwards from
    each of the three.

    Args:
        plan: Cuts the places into spans.
        anchor: The row's cursor: its offset, and the total when it was read.
        total: What the upstream says now.
        seen: Spans that were read in vain already; what lies within one is left out.
    """
    last = min(reach(plan) if total is None else total, reach(plan)) - 1
    change = 0 if total is None or anchor.total is None else total - anchor.total
    evenly = change * anchor.offset // max(anchor.total or 0, 1)
    likely = [min(max(anchor.offset + shift, 0), max(last, 0)) for shift in (change, evenly, 0)]
    tried = list(seen)
    for distance in range(0, reach(plan) + 2 * STEP, STEP):
        for place in [at + side for side in (distance, -distance) for at in likely]:
            if not -STEP < place < last + STEP:
                continue
            span = plan.around(min(max(place, 0), max(last, 0)))
            if not any(other.offset <= span.offset and span.end <= other.end for other in tried):
                tried.append(span)
                yield span
