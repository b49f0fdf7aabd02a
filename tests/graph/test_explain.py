import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.graph.cost import Cost
from gateway.graph.explain import MOST, explain
from gateway.listing.report import PageReport, Report
from gateway.paging.window import Span

COST = Cost(calls=7, fields=3, reads=1)


def read(page: PageReport, windows: int, calls: int = 1) -> None:
    """Windows of a page, each with some calls that succeed."""
    for _ in range(windows):
        with page.window(Span(0, 100), lambda: "/v1/p/asset/thumbnails", search=False) as window:
            attempts = window.asks()
            for _ in range(calls):
                with attempts.begin():
                    pass
            window.served("miss", 1.0, 3.04)


def test_nothing_read_is_nothing_to_tell() -> None:
    """But for the cost and the time."""
    explained = explain(Report(), COST, 0.00123456)
    assert explained == {"cost": {"planned": 7, "actual": 0}, "milliseconds": 1.23, "fields": []}


def test_calls_in_the_background_are_not_told() -> None:
    """What is read again after a window was served is not what the answer waited for."""
    report = Report()
    page = report.page(lambda: ["a", 0, "b"])
    with page.window(Span(0, 100), lambda: "/", search=False) as window:
        window.served("stale", 1.0, 21.0)
    with window.asks().begin():
        pass
    [field] = explain(report, COST, 0)["fields"]
    assert field["path"] == "a.0.b"
    assert (field["windows"][0]["state"], field["windows"][0]["calls"]) == ("stale", [])
    assert (report.upstream_calls, report.stale, report.shareable) == (0, True, True)


@given(st.lists(st.integers(0, MOST * 2), max_size=20), st.integers(1, 5))
def test_an_explanation_is_bounded_and_says_what_it_leaves_out(pages: list[int], calls: int) -> None:
    """Fields and windows together, and calls by the attempts of a read; what is shown is the beginning."""
    report = Report()
    for number, windows in enumerate(pages):
        page = report.page(lambda number=number: [number])  # type: ignore[misc]
        with page:
            read(page, windows, calls)
    explained: Any = json.loads(json.dumps(explain(report, COST, 1.0)))
    fields = explained["fields"]
    shown = len(fields) + sum(len(field["windows"]) for field in fields)
    assert shown <= MOST
    assert shown + explained.get("omitted", 0) == len(pages) + sum(pages)
    assert ("omitted" in explained) == (len(pages) + sum(pages) > MOST)
    assert [field["path"] for field in fields] == [str(number) for number in range(len(fields))]
    assert all(len(window["calls"]) == calls for field in fields for window in field["windows"])
    assert explained["cost"]["actual"] == calls * sum(pages)
