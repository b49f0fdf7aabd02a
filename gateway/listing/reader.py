"""Reads one page, window by window, and proves that the windows belong to one list.

The algorithm, its promise and its limits are told in docs/paging.md.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from math import ceil
from typing import Generic, Protocol, TypeVar

from gateway.errors import StaleCursor
from gateway.paging.anchors import Edge, Joint, join
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
            # Waited for as well: none outlives its request, and none fails unheard.
            for task in self._ahead.values():
                task.cancel()
            await asyncio.gather(*self._ahead.values(), return_exceptions=True)

    async def _page(self, first: int, after: Cursor | None) -> Page[RowT]:
        taken: list[Edge[RowT]] = []
        start, cut_short = 0, False
        while True:
            if after is None and not taken:
                window, (index, keep) = (await self._get(self._plan.start(first))).window, Joint(0, 0)
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
                window, (index, keep) = spot
            del taken[keep:]
            if not taken:
                start = window.span.offset + index
                if after is not None and index > 0:
                    # The place counts from now on, or a row at a window's very end would be met again for ever.
                    after = after._replace(offset=start - 1, total=window.total)
            elif index > 0:
                # Seen together with the rows behind it, the last row's cursor can name the one after it.
                taken[-1] = Edge(taken[-1].row, window, index - 1, self._filters)
            stop = min(len(window.rows), index + first - len(taken))
            taken += [Edge(window.rows[at], window, at, self._filters) for at in range(index, stop)]
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

    async def _locate(
        self, after: Cursor | None, taken: list[Edge[RowT]], need: int
    ) -> tuple[Window[RowT], Joint] | None:
        """A window that carries the page on, and where it does; None if the calls are spent before one is found."""
        anchor = taken[-1].cursor if taken else after
        assert anchor is not None  # noqa: S101  a page without a cursor starts by itself
        async with aclosing(self._looks(anchor, need)) as windows:
            async for window in windows:
                joint = self._join(window, after, taken)
                if joint is not None:
                    return window, joint
        return None

    async def _looks(self, anchor: Cursor, need: int) -> AsyncGenerator[Window[RowT]]:
        """Reads where the anchor may stand, the likeliest place first, for as long as calls are left."""
        span = self._plan.look(anchor.offset, need)
        if self._calls >= self._most_calls and span not in self._ahead:
            return
        reading = await self._get(span)
        yield reading.window
        if reading.remembered and self._may_search():
            # A copy may prove that a row stands in the list, never that it does not.
            reading = await self._get(span, now=True)
            yield reading.window
        if reading.remembered:
            return
        for place in places(self._plan, anchor, reading.window.total, seen=[span]):
            if not self._may_search():
                return
            yield (await self._get(place, now=True)).window

    def _may_search(self) -> bool:
        """Takes one call of those that may be spent on a search, where one is left."""
        allowed = self._plan.searches and self._search_calls > 0 and self._calls < self._most_calls
        self._search_calls -= allowed
        return allowed

    def _join(self, window: Window[RowT], after: Cursor | None, taken: list[Edge[RowT]]) -> Joint | None:
        joint = join(window, after, taken)
        if joint is None or self._plan.searches:
            return joint
        # A signed window begins with the anchor: further on, rows between might have been skipped unseen.
        anchor = taken[-1].cursor if taken else after
        first = 0 if anchor is None else anchor.offset - window.span.offset  # more only behind the last offset
        if joint.begin == first:
            return joint
        return joint if anchor and joint.begin == first + 1 and window.fingerprints[first] == anchor.row else None

    async def _get(self, span: Span, *, now: bool = False) -> Reading[RowT]:
        task = None if now else self._ahead.pop(span, None)
        self._calls += task is None
        reading = await (task or self._read(span, now=now))
        self._calls -= reading.remembered  # it was paid for by an earlier page
        return reading

    def _read_ahead(self, window: Window[RowT], missing: int) -> None:
        """Starts at once the windows that a quiet list will need.

        They count as called from now on: those that a moving list leaves unused must not lift the bound.
        """
        if self._ahead or window.trusted_total is None:
            return
        quiet = ahead(self._plan, window.end - 1, missing, window.trusted_total)
        spans = list(islice(quiet, self._most_calls - self._calls))
        if len(spans) > 1:
            self._calls += len(spans)
            self._ahead = {span: asyncio.ensure_future(self._read(span)) for span in spans}

    async def _goes_on(self, window: Window[RowT]) -> bool:
        """Whether rows follow a window; where total and rows contradict each other, one more call tells."""
        if window.more is not None:
            return window.more
        if not self._plan.searches or self._calls >= self._most_calls:
            return True
        return (await self._get(self._plan.beyond(window.end))).window.end > window.end
