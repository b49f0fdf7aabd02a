"""Readers that are wrong on purpose, each in a way that offset paging has gone wrong before."""

from typing import ClassVar

from typing_extensions import override

from gateway.listing.reader import Reading
from gateway.paging.anchors import Edge, Joint
from gateway.paging.cursor import Cursor
from gateway.paging.window import Span, Window
from tests.support.moving_list import SeenRow
from tests.support.replica import WatchedReader

Taken = list[Edge[SeenRow]]


class TrustsOffsets(WatchedReader):
    """Goes on at the next offset, whatever stands there."""

    @override
    def _join(self, window: Window[SeenRow], after: Cursor | None, taken: Taken) -> Joint | None:
        anchor = taken[-1].cursor if taken else after
        assert anchor is not None
        begin = anchor.offset + 1 - window.span.offset
        return Joint(min(max(begin, 0), len(window.rows)), len(taken))


class TrustsBlocks(WatchedReader):
    """Looks for the client's cursor, and then joins windows by their offsets."""

    @override
    def _join(self, window: Window[SeenRow], after: Cursor | None, taken: Taken) -> Joint | None:
        if not taken:
            return super()._join(window, after, taken)
        begin = taken[-1].cursor.offset + 1 - window.span.offset
        return Joint(min(max(begin, 0), len(window.rows)), len(taken))


class TrustsTotals(WatchedReader):
    """Takes a list of the same length for the same list."""

    @override
    def _join(self, window: Window[SeenRow], after: Cursor | None, taken: Taken) -> Joint | None:
        anchor = taken[-1].cursor if taken else after
        assert anchor is not None
        if window.total == anchor.total and window.span.offset <= anchor.offset < window.end:
            return Joint(anchor.offset + 1 - window.span.offset, len(taken))
        return super()._join(window, after, taken)


class TrustsEarlierRows(WatchedReader):
    """Goes on behind one of the two rows before the cursor's, where it meets that one first."""

    earlier: ClassVar[dict[bytes, tuple[bytes, ...]]] = {}
    """For each row the two before it, which a cursor would have to carry. Equal names, equal rows: any test's do."""

    @override
    async def _get(self, span: Span, *, now: bool = False) -> Reading[SeenRow]:
        reading = await super()._get(span, now=now)
        prints = reading.window.fingerprints
        self.earlier.update({row: prints[max(0, at - 2) : at][::-1] for at, row in enumerate(prints)})
        return reading

    @override
    def _join(self, window: Window[SeenRow], after: Cursor | None, taken: Taken) -> Joint | None:
        joint = super()._join(window, after, taken)
        if joint is None and after is not None:
            for row in self.earlier.get(after.row, ()):
                if row in window.fingerprints:
                    return Joint(window.fingerprints.index(row) + 1, 0)
        return joint
