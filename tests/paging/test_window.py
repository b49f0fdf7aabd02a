"""Windows: what one answer of the upstream says about its list."""

import pytest

from gateway.paging.cursor import NO_ROW, row_fingerprint
from gateway.paging.window import Span, Window
from tests.support.windows import FILTERS, row, window


@pytest.mark.parametrize(
    ("rows", "limit", "total", "more"),
    [
        (3, 3, 4, True),
        (3, 3, 3, False),
        (3, 3, 2, None),
        (3, 3, 0, None),
        (3, 3, None, None),
        (2, 3, 2, False),
        (2, 3, 9, False),
        (2, 3, None, False),
        (0, 3, 0, False),
    ],
)
def test_whether_rows_follow(rows: int, limit: int, total: int | None, *, more: bool | None) -> None:
    """Fewer rows than asked for are the last ones; else the total tells, unless the rows contradict it."""
    assert Window(Span(0, limit), total, [row(str(at)) for at in range(rows)], 0.0).more is more


@pytest.mark.parametrize(
    ("offset", "rows", "limit", "total", "trusted"),
    [
        (0, 3, 3, 9, 9),
        (0, 3, 3, 3, 3),
        (0, 1, 3, 0, None),
        (0, 3, 3, 2, None),
        (0, 2, 3, 9, None),
        (0, 0, 3, 0, 0),
        (99, 0, 3, 50, 50),
        (0, 2, 3, None, None),
    ],
)
def test_a_total_is_trusted_unless_the_rows_contradict_it(
    offset: int, rows: int, limit: int, total: int | None, trusted: int | None
) -> None:
    """More rows than it counts, or an end before it; behind the list's end there is nothing to contradict it."""
    names = [row(str(at)) for at in range(rows)]
    assert Window(Span(offset, limit), total, names, 0.0).trusted_total == trusted


def test_a_rows_cursor_holds_its_place_and_its_follower() -> None:
    """Offset, total, the row and the row after it."""
    cursor = window("a b c", offset=40, total=90).cursor(1, FILTERS)
    assert cursor == (41, 90, row_fingerprint(b"b"), row_fingerprint(b"c"), FILTERS)


def test_the_last_rows_cursor_names_no_follower() -> None:
    """The row after it was not read."""
    assert window("a b c").cursor(2, FILTERS).next_row == NO_ROW
