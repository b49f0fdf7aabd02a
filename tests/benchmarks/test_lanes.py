"""The benchmark of the lanes, a fraction of a second for each figure; what it measures is not judged here."""

import json
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from benchmarks.lanes import main
from benchmarks.report import Length
from benchmarks.workloads import Workload


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the benchmark has written."""
    into = tmp_path_factory.mktemp("results")
    main(Length(seconds=0.2, rounds=1), into, [Workload("two pages of 5", [5, 5])])
    return into


def calls(directory: Path) -> dict[str, float]:
    """Upstream calls for a request, by server."""
    rows: list[dict[str, Any]] = json.loads((directory / "lanes.json").read_text())["lanes"]
    return {row["server"]: row["calls"] for row in rows}


def test_every_server_is_in_the_lane_that_it_is_named_after(directory: Path) -> None:
    """A page is a call of the plain server and of the upstream lane, and none of the others, which are warm."""
    found = calls(directory)
    assert (found.pop("upstream"), found.pop("plain Strawberry")) == (2, 2)
    assert set(found) == {"constant", "answer", "answer, access line", "blocks"}
    assert max(found.values()) < 0.5  # a slow run may see a block read again


def test_the_report_has_a_line_for_each_figure_and_a_plot(directory: Path) -> None:
    """As Markdown and SVG."""
    text = (directory / "lanes.md").read_text()
    assert text.count("\n| plain Strawberry |") == text.count("\n| constant | 1.00 |") == 1
    heights = fromstring((directory / "lanes.svg").read_text()).iter("{http://www.w3.org/2000/svg}text")
    assert sum(text.get("class") == "height" for text in heights) == 6
