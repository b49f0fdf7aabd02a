"""A window: what the upstream answered for one offset and limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, NamedTuple, Protocol, TypeVar

from gateway.paging.cursor import NO_ROW, Cursor, encode, row_fingerprint

MAX_LIMIT = 100
"""The most rows one upstream call gives (the vendor's range of `limit` is 1 to 100)."""


class Span(NamedTuple):
    """An offset and a limit: which rows to ask the upstream for."""

    offset: int
    limit: int

    @property
    def end(self) -> int:
        """The offset behind the last row asked for."""
        return self.offset + self.limit


class Row(Protocol):
    """What paging must know of a row."""

    @property
    def identity(self) -> bytes:
        """What the row is told apart by: its id, or its whole content where it has none."""
        ...

    @property
    def identified(self) -> bool:
        """Whether the identity is an id of the row's own."""
        ...


RowT = TypeVar("RowT", bound=Row)


@dataclass(frozen=True)
class Window(Generic[RowT]):
    """The rows of a span as they stood at one moment.

    Args:
        span: What was asked for.
        total: How many rows the upstream says there are; None where it says nothing.
        rows: What it answered, at most `span.limit` rows.
        read_at: When it was read, in seconds since the epoch.
    """

    span: Span
    total: int | None
    rows: Sequence[RowT]
    read_at: float

    @property
    def end(self) -> int:
        """The offset behind the last row."""
        return self.span.offset + len(self.rows)

    @property
    def more(self) -> bool | None:
        """Whether rows stand behind the last one; None where total and rows contradict each other."""
        if len(self.rows) < self.span.limit:
            return False
        if self.total is None or self.total < self.end:
            return None
        return self.total > self.end

    @property
    def trusted_total(self) -> int | None:
        """The total, unless the rows show that it is wrong."""
        if self.total is None:
            return None
        too_low = self.rows and self.total < self.end
        too_high = len(self.rows) < self.span.limit and self.total > self.end
        return None if too_low or too_high else self.total

    @cached_property
    def fingerprints(self) -> tuple[bytes, ...]:
        """The rows' fingerprints, in order."""
        return tuple(self._fingerprints[index] for index in range(len(self.rows)))

    def cursor(self, index: int, filters: int) -> Cursor:
        """The cursor of one of the rows."""
        known = self._fingerprints
        return Cursor(self.span.offset + index, self.total, known[index], known[index + 1], filters)

    def cursor_text(self, index: int, filters: int) -> str:
        """The same, encoded."""
        known = self._fingerprints
        return encode(self.span.offset + index, self.total, known[index], known[index + 1], filters)

    @cached_property
    def _fingerprints(self) -> "_Fingerprints":
        return _Fingerprints(self.rows)


class _Fingerprints(dict[int, bytes]):
    """The fingerprints of rows by their index, each made when it is first asked for; behind the last, `NO_ROW`."""

    def __init__(self, rows: Sequence[Row]) -> None:
        super().__init__()
        self._rows = rows

    def __missing__(self, index: int) -> bytes:
        fingerprint = row_fingerprint(self._rows[index].identity) if index < len(self._rows) else NO_ROW
        self[index] = fingerprint
        return fingerprint
