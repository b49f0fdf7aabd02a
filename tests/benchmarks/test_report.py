"""docs/performance.md says what the committed reports say."""

import re

from benchmarks.report import DOCS, read, with_figures
from benchmarks.tables import PLOTS, TABLES

PAGE = (DOCS / "performance.md").read_text("utf-8")


def test_the_documents_figures_are_those_of_the_reports() -> None:
    """`python -m benchmarks.report` writes them."""
    reports = read()
    assert set(reports) == set(TABLES)
    assert with_figures(PAGE, reports) == PAGE


def test_every_part_of_every_report_is_shown() -> None:
    """With the machine that it was measured on."""
    named = set(re.findall(r"<!-- measured: (\w+) -->", PAGE))
    assert named == {part for parts in TABLES.values() for part in parts} | {f"{name}_conditions" for name in TABLES}


def test_the_plots_are_those_of_the_reports() -> None:
    """Drawn from the same figures."""
    reports = read()
    for name, plots in PLOTS.items():
        for plot, draw in plots.items():
            assert (DOCS / f"performance-{plot}.svg").read_text("utf-8") == draw(reports[name])
