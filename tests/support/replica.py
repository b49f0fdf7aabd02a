"""One replica of the gateway, from the page reader downwards, over a moving list."""

import random
from dataclasses import dataclass
from math import ceil, inf

from gateway.cache.blocks import Blocks
from gateway.cache.freshness import Freshness
from gateway.errors import StaleCursor
from gateway.listing.reader import Page, PageReader, Reading
from gateway.paging.cursor import Cursor
from gateway.paging.plan import STEP, Plan
from gateway.paging.window import Span, Window
from tests.support.house import Clock
from tests.support.kept import blocks_in_memory
from tests.support.moving_list import MovingList, Seen, SeenRow

FILTERS = 7


@dataclass(frozen=True)
class VersionedWindow(Window[SeenRow]):
    """A window that knows which state of the list it shows."""

    version: int


class WatchedReader(PageReader[SeenRow]):
    """Remembers which window it looked at last. The readers that are wrong on purpose come from it."""

    last_version = -1

    async def _get(self, span: Span, *, now: bool = False) -> Reading[SeenRow]:
        reading = await super()._get(span, now=now)
        assert isinstance(reading.window, VersionedWindow)
        self.last_version = reading.window.version
        return reading


@dataclass
class Served:
    """A page, and which state of the list the last window showed that was read for it."""

    page: Page[SeenRow]
    first: int
    last_version: int

    @property
    def rows(self) -> list[SeenRow]:
        """The rows handed out."""
        return [edge.row for edge in self.page.edges]

    @property
    def serials(self) -> list[int]:
        """Which rows those are in truth."""
        return [row.serial for row in self.rows]

    @property
    def end(self) -> Cursor:
        """The last edge's cursor."""
        return self.page.edges[-1].cursor

    @property
    def cut_short(self) -> bool:
        """Whether its search was spent: the last window showed nothing that the page stands on."""
        return self.page.has_next and len(self.page.edges) < self.first

    def versions(self, upto: int | None = None) -> set[int]:
        """The states it was served from; up to an edge, those its cursor stands on (the row after it included)."""
        if upto is not None and upto < len(self.rows):
            return {row.version for row in self.rows[: upto + 1]}
        return {row.version for row in self.rows} | (set() if self.cut_short else {self.last_version})


class Replica:
    """Reads pages as `Listing` does, with a cache of its own or with none.

    Args:
        rows: The upstream.
        plan: Which spans it reads; windows are remembered only with `fresh`.
        clock: Shared with the other replicas.
        fresh: How long a window is fresh, in seconds; None is without a cache.
        revalidate: How long after that it is still served.
        search_calls: As of the reader.
        dice: Decide how long calls take.
        reader: Which reader.
    """

    def __init__(
        self,
        rows: MovingList,
        plan: Plan,
        *,
        clock: Clock | None = None,
        fresh: float | None = None,
        revalidate: float = 0,
        search_calls: int = 4,
        dice: random.Random | None = None,
        reader: type[WatchedReader] = WatchedReader,
    ) -> None:
        self.plan, self.rows, self.clock = plan, rows, clock or Clock()
        self._search_calls = search_calls
        self._dice = dice or random.Random(0)
        self._reader = reader
        self._blocks: Blocks[Seen] | None = None
        if fresh is not None:
            self._blocks = blocks_in_memory(Seen, Freshness(fresh, revalidate, 0), self.clock)

    def most_calls(self, first: int) -> int:
        """The bound on a page's upstream calls."""
        return ceil((first + 1) / STEP) + self.plan.spare_calls + self._search_calls

    async def page(self, first: int, after: Cursor | None = None) -> Served:
        """One page, by a reader of its own."""
        reader = self._reader(self.plan, self._read, filters=FILTERS, search_calls=self._search_calls)
        page = await reader.page(first, after)
        return Served(page, first, reader.last_version)

    async def walk(self, first: int, after: Cursor | None = None) -> list[int]:
        """The serials of all rows behind a cursor, page by page."""
        seen: list[int] = []
        while True:
            served = await self.page(first, after)
            seen += served.serials
            if not served.page.has_next:
                return seen
            after = served.end

    async def is_stale(self, after: Cursor, first: int = 10) -> bool:
        """Whether a page behind the cursor is refused as stale."""
        try:
            await self.page(first, after)
        except StaleCursor:
            return True
        return False

    async def aclose(self) -> None:
        """Ends what runs in the background."""
        if self._blocks is not None:
            await self._blocks.aclose()

    async def _read(self, span: Span, *, now: bool = False) -> Reading[SeenRow]:
        async def fetch() -> Seen:
            return await self.rows.read(span, turns=self._dice.choice([1, 1, 2, 5]))

        if self._blocks is None:
            seen, read_at, remembered = await fetch(), self.clock(), False
        else:
            block = await self._blocks.read(f"scope.{span.offset}.{span.limit}", fetch, max_age=0 if now else inf)
            seen, read_at, remembered = block.value, block.read_at, block.remembered
        return Reading(VersionedWindow(span, seen.total, seen.rows, read_at, seen.version), remembered)
