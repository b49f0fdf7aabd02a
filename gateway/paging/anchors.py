"""Finding again, in a window read now, the gap between two rows where a page goes on.

Surviving rows keep their order. So the row the cursor was made for, R, and the row after it, N, are
both sound anchors in any state of the list: the page goes on behind R, or at N where R is gone. An
earlier row is none, since R may stand further on; and an unchanged total proves nothing, since one row
may have come and another gone.

Rows without an id are told apart by their content alone, and two may be alike. Such a row is an anchor
only if its neighbour agrees, or if neither its offset nor the total has changed.
"""

from collections.abc import Sequence
from typing import Generic, NamedTuple

import msgspec

from gateway.paging.cursor import NO_ROW, Cursor
from gateway.paging.window import RowT, Window


class Edge(msgspec.Struct, Generic[RowT], frozen=True):
    """A row that a page hands out, and where it was seen last: its cursor is made of that when it is asked for.

    Args:
        row: The row.
        window: Where it was seen.
        index: Its place there.
        filters: The fingerprint that its cursor carries.
    """

    row: RowT
    window: Window[RowT]
    index: int
    filters: int

    @property
    def cursor(self) -> Cursor:
        """The row's cursor."""
        return self.window.cursor(self.index, self.filters)

    @property
    def cursor_text(self) -> str:
        """The same, encoded."""
        return self.window.cursor_text(self.index, self.filters)


class Joint(NamedTuple):
    """Where a window carries a page on: at index `begin` of its rows, behind the first `keep` rows taken so far."""

    begin: int
    keep: int


def join(window: Window[RowT], after: Cursor | None, taken: Sequence[Edge[RowT]]) -> Joint | None:
    """Where `window` carries on a page that began behind `after` and has `taken` some rows already.

    Of the rows taken, the last one that stands in the window is the joint, and those behind it are to be
    read anew. Where none does, the page may begin again behind the client's own cursor.
    """
    places: dict[bytes, list[int]] = {}
    for index, fingerprint in enumerate(window.fingerprints):
        places.setdefault(fingerprint, []).append(index)
    for keep in range(len(taken), 0, -1):
        found = places.get(taken[keep - 1].cursor.row, [])
        if len(found) == 1 and _is_same_row(window, found[0], taken, keep - 1):
            return Joint(found[0] + 1, keep)
    begin = None if after is None else _behind(window, after, places)
    return None if begin is None else Joint(begin, 0)


def _is_same_row(window: Window[RowT], index: int, taken: Sequence[Edge[RowT]], position: int) -> bool:
    edge = taken[position]
    if edge.row.identified or _is_unmoved(window, index, edge.cursor):
        return True
    return position > 0 and index > 0 and window.fingerprints[index - 1] == taken[position - 1].cursor.row


def _is_unmoved(window: Window[RowT], index: int, cursor: Cursor) -> bool:
    return window.span.offset + index == cursor.offset and window.total == cursor.total


def _behind(window: Window[RowT], cursor: Cursor, places: dict[bytes, list[int]]) -> int | None:
    """The index at which the page goes on behind `cursor`, or None where neither R nor N proves one."""
    rows, followed = places.get(cursor.row, []), cursor.next_row != NO_ROW
    pairs = [at for at in rows if followed and window.fingerprints[at + 1 : at + 2] == (cursor.next_row,)]
    unmoved = [at for at in rows if _is_unmoved(window, at, cursor)]
    if len(rows) == 1:
        sound = window.rows[rows[0]].identified or unmoved or pairs
        return rows[0] + 1 if sound else None
    if rows:
        if unmoved:
            return unmoved[0] + 1
        return pairs[0] + 1 if len(pairs) == 1 and cursor.next_row != cursor.row else None
    following = places.get(cursor.next_row, []) if followed else []
    if len(following) == 1 and window.rows[following[0]].identified:
        return following[0]
    return None
