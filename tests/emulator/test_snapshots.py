from typing import Any

import pytest

from gateway.emulator import snapshots
from gateway.emulator.rows import Rows


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"thumbnail_para": {"type": "time", "time": 5}, "thumbnail_count": 3}, [0, 5, 10]),
        ({"thumbnail_para": {"type": "time", "time": 0}, "thumbnail_count": 2}, [0, 12]),
        ({"thumbnail_para": {"type": "dots", "dots": [4, 9]}, "thumbnail_count": 2}, [4, 9]),
        ({"thumbnail_para": {"type": "quantity", "quantity": 2, "quantity_time": 7}}, [0, 7]),
        ({"thumbnail_para": {"type": "quantity", "quantity": 2}}, [0, 60]),
        ({"thumbnail_para": None, "thumbnail_count": 2}, [0, 12]),
        ({"thumbnail_count": 0}, []),
        ({"task_id": "a"}, [0]),
    ],
)
def test_seconds_follow_from_the_parameters(row: dict[str, Any], expected: list[int]) -> None:
    """Interval, points or quantity say which seconds a task shows; where they are missing, the defaults do."""
    assert list(snapshots.seconds(row)) == expected


def test_a_task_has_as_many_snapshots_as_it_counts() -> None:
    """For every generated task the snapshots are `thumbnail_count` many."""
    rows = Rows(1, 1, clean=True)
    assert all(len(snapshots.seconds(row)) == row["thumbnail_count"] for row in map(rows.row, range(2000)))


def test_a_page_has_urls_on_the_given_origin() -> None:
    """Items carry the second and the url of the picture; the total counts all."""
    row = {"task_id": "ab", "thumbnail_para": {"type": "time", "time": 5}, "thumbnail_count": 30}
    total, items = snapshots.page(row, 10, 2, "http://x")
    assert total == 30
    assert items == [
        {"offset": 50, "url": "http://x/snapshot/sample/ab/50.jpg"},
        {"offset": 55, "url": "http://x/snapshot/sample/ab/55.jpg"},
    ]
