"""Windows written down as words: one letter or name for each row."""

from gateway.paging.cursor import NO_ROW, Cursor, row_fingerprint
from gateway.paging.window import Span, Window
from tests.support.moving_list import SeenRow

FILTERS = 7


def row(name: str) -> SeenRow:
    """A row by its name; one that begins with `?` has no id of its own."""
    return SeenRow(0, 0, name, identified=not name.startswith("?"))


def window(names: str, *, offset: int = 0, limit: int | None = None, total: int | None = None) -> Window[SeenRow]:
    """A window of rows given as words; by default it is full, and the list's only one."""
    rows = [row(name) for name in names.split()]
    span = Span(offset, len(rows) if limit is None else limit)
    return Window(span, offset + len(rows) if total is None else total, rows, read_at=0.0)


def cursor(name: str, followed_by: str | None = None, *, offset: int = 0, total: int | None = 0) -> Cursor:
    """The cursor of a named row."""
    following = NO_ROW if followed_by is None else row_fingerprint(followed_by.encode())
    return Cursor(offset, total, row_fingerprint(name.encode()), following, FILTERS)
