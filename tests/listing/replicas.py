"""Replicas of each kind, and cursors without a page."""

from collections.abc import Callable

import pytest

from gateway.paging.cursor import NO_ROW, Cursor, row_fingerprint
from gateway.paging.plan import BlockPlan, ExactPlan, SignedPlan
from tests.support.house import Clock
from tests.support.moving_list import MovingList
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
    return Cursor(offset, len(rows), names[0], names[1] if len(names) > 1 else NO_ROW, FILTERS)


Make = Callable[[MovingList], Replica]
every_kind = pytest.mark.parametrize("make", [exact, blocks, signed])
both_kinds = pytest.mark.parametrize("make", [exact, blocks])
