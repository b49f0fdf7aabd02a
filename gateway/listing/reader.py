"""Reads one page, window by window, and proves that the windows belong to one list.

The algorithm, its promise and its limits are told in docs/paging.md.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from math import ceil
from typing import Generic, Protocol, TypeVar

from gateway.errors import StaleCursor
from gateway.paging.anchors import Edge, join
from gateway.paging.cursor import Cursor
from gateway.paging.plan import STEP, Plan, ahead, places, reach
from gateway.paging.window import Row, RowT, Span, Window

AnyRow = TypeVar("AnyRow", bound=Row)


@dataclass(frozen=True, slots=True)
class Reading(Generic[RowT]):
    """A window, and whether it is a copy remembered from before this page."""

    window: Window[RowT]
    remembered: bool


class ReadWindow(Protocol[AnyRow]):
    """Reads a window; with `now`, from the upstream whatever is remembered."""

    def __call__(self, span: Span, *, now: bool = False) -> Awaitable[Reading[AnyRow]]:
        """Reads one span; raises a `GatewayError` where that fails."""
        ...


@dataclass(frozen=True)
class Page(Generic[RowT]):
    """What one connection answers.

    Args:
        edges: The rows in the upstream's order, at most as many as were asked for.
        start: The offset of the first row, or of the place where it would be.
        has_next: Whether rows follow that can be reached.
        total: The upstream's total, None where its own rows contradict it.
        truncated: Whether the list is longer than the upstream's offsets can reach.
    """

    edges: list[Edge[RowT]]
    start: int
    has_next: bool
    total: int | None
    truncated: bool

    @property
    def has_previous(self) -> bool:
        """Whether rows stand before the page."""
        return self.start > 0


class PageReader(Generic[RowT]):
    """Reads one page; made anew for each.

    Args:
        plan: Which spans to read.
        read: Reads them.
        filters: The fingerprint that the page's cursors carry.
        search_calls: The most upstream calls that may be spent on finding a moved row.
    """

    def __init__(self, plan: Plan, read: ReadWindow[RowT], *, filters: int, search_calls: int) -> None:
        self._plan = plan
        self._read = read
        self._filters = filters
        self._search_calls = search_calls
        self._calls = 0
        self._most_calls = 0
        self._ahead: dict[Span, asyncio.Task[Reading[RowT]]] = {}

    async def page(self, first: int, after: Cursor | None) -> Page[RowT]:
        """Reads the `first` rows behind `after`, or from the start of the list.

        Raises:
            StaleCursor: The cursor's place cannot be found again.
            GatewayError: A window could not be read.
        """
        self._most_calls = ceil((first + 1) / STEP) + self._plan.spare_calls + self._search_calls
        try:
            return await self._page(first, after)
        finally:
            for task in self._ahead.values():
                task.cancel()

    async def _page(self, first: int, after: Cursor | None) -> Page[RowT]:
        taken: list[Edge[RowT]] = []
        start, cut_short = 0, False
        while True:
            if after is None and not taken:
                window, index = (await self._get(self._plan.start(first))).window, 0
            else:
                spot = await self._locate(after, taken, first - len(taken) + 1)
                if spot is None and not taken:
                    raise StaleCursor(
                        "The list has changed so much that the place of this cursor cannot be found. "
                        "Start again without `after`."
                    )
                if spot is None:
                    cut_short = True
                    break
                window, index, keep = spot
                del taken[keep:]
            if not taken:
                start = window.span.offset + index
                if after is not None and index > 0:
                    # The place counts from now on, or a row at a window's very end would be met again for ever.
                    after = after._replace(offset=start - 1, total=window.total)
            elif index > 0:
                # Seen together with the rows behind it, the last row's cursor can name the one after it.
                taken[-1] = Edge(taken[-1].row, window.cursor(index - 1, self._filters))
            stop = min(len(window.rows), index + first - len(taken))
            taken += [Edge(window.rows[at], window.cursor(at, self._filters)) for at in range(index, stop)]
            if len(taken) >= first or window.more is False or window.end >= reach(self._plan):
                break
            self._read_ahead(window, first - len(taken))
        end = taken[-1].cursor.offset + 1 if taken else start
        return Page(
            edges=taken,
            start=start,
            has_next=end < reach(self._plan) and (cut_short or end < window.end or await self._goes_on(window)),
            total=window.trusted_total,
            truncated=window.total is not None and window.total > reach(self._plan),
        )

    async def _get(self, span: Span, *, now: bool = False) -> Reading[RowT]:
        task = None if now else self._ahead.pop(span, None)
        reading = await (task or self._read(span, now=now))
        self._calls += not reading.remembered
        return reading

    def _read_ahead(self, window: Window[RowT], missing: int) -> None:
        """Starts at once the windows that a quiet list will need; a list that moves leaves some unused."""
        if self._ahead or window.trusted_total is None:
            return
        spans = list(ahead(self._plan, window.end - 1, missing, window.trusted_total))
        if len(spans) > 1:
            self._ahead = {span: asyncio.ensure_future(self._read(span)) for span in spans}

    async def _locate(
        self, after: Cursor | None, taken: list[Edge[RowT]], need: int
    ) -> tuple[Window[RowT], int, int] | None:
        """A window, where in it the page goes on, and how many of the taken rows stay; None if not to be found."""
        if self._calls >= self._most_calls:
            return None
        left = min(self._search_calls, self._most_calls - self._calls - 1)
        anchor = taken[-1].cursor if taken else after
        assert anchor is not None  # noqa: S101  a page without a cursor starts by itself
        span = self._plan.look(anchor.offset, need)
        reading = await self._get(span)
        joint = join(reading.window, after, taken)
        if not self._plan.searches:
            # A signed window begins with the anchor: further on, rows between might have been skipped unseen.
            if joint and not self._is_first_row(reading.window, joint.begin, anchor):
                joint = None
            return None if joint is None else (reading.window, *joint)
        if joint is None and reading.remembered and left > 0:
            left -= 1
            reading = await self._get(span, now=True)
            joint = join(reading.window, after, taken)
        if joint is None and not reading.remembered:
            for place in places(self._plan, anchor, reading.window.total, seen=[span]):
                if left <= 0:
                    break
                left -= 1
                reading = await self._get(place, now=True)
                joint = join(reading.window, after, taken)
                if joint is not None:
                    break
        self._search_calls = left
        return None if joint is None else (reading.window, *joint)

    @staticmethod
    def _is_first_row(window: Window[RowT], begin: int, anchor: Cursor) -> bool:
        first = anchor.offset - window.span.offset  # 0, unless the anchor stands behind the upstream's last offset
        return begin == first or (begin == first + 1 and window.fingerprints[first] == anchor.row)

    async def _goes_on(self, window: Window[RowT]) -> bool:
        """Whether rows follow a window; where total and rows contradict each other, one more call tells."""
        if window.more is not None:
            return window.more
        if not self._plan.searches:
            return True
        return (await self._get(self._plan.beyond(window.end))).window.end > window.end
