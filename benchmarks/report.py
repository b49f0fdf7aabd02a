"""What was measured as JSON, Markdown and plots; `python -m benchmarks.report` writes both into docs/performance.md.

The JSON files in `benchmarks/results` are committed: docs/performance.md says what they say.
"""

import argparse
import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.tables import PLOTS, TABLES

RESULTS = Path(__file__).parent / "results"
DOCS = Path(__file__).parents[1] / "docs"
_BLOCK = re.compile(r"(?<=<!-- measured: )(\w+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)

Report = Mapping[str, Any]


@dataclass(frozen=True)
class Length:
    """How long is measured.

    Args:
        seconds: Of each cell in each round.
        rounds: How often each cell.
    """

    seconds: float
    rounds: int

    def told(self) -> str:
        """For people."""
        return f"{self.rounds} rounds of {self.seconds:g} s for each figure"


def length_of(full: Length, short: Length) -> tuple[Length, Path]:
    """What the command line asks for: the length, and the directory to write into."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true", help="a few rounds, into results/short by default")
    parser.add_argument("--into", type=Path, help="the directory of the reports")
    given = parser.parse_args()
    into: Path = given.into or (RESULTS / "short" if given.short else RESULTS)
    return (short if given.short else full), into


def machine(*, apart: bool | None = None) -> str:
    """What it was measured on; `apart` where there is a server, whether it had a core of its own."""
    info = Path("/proc/cpuinfo")
    model = re.search(r"^model name\s*: (.*)$", info.read_text(), re.MULTILINE) if info.exists() else None
    where = {None: "", True: "; the server on a core of its own", False: "; the server on the core of the load"}
    return (
        f"{os.cpu_count()} cores, {model[1] if model else platform.machine()}, {platform.system()} "
        f"{platform.release().partition('-')[0]}, Python {platform.python_version()}{where[apart]}"
    )


def write(name: str, report: Report, into: Path) -> None:
    """Writes `name.json`, `name.md` and the plots, and prints the Markdown."""
    into.mkdir(parents=True, exist_ok=True)
    dated = {"when": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", **report}
    (into / f"{name}.json").write_text(json.dumps(dated, indent=1) + "\n")
    parts = [f"# {name.capitalize()}\n", conditions(dated), *(make(dated) for make in TABLES[name].values())]
    for plot, draw in PLOTS.get(name, {}).items():
        (into / f"{plot}.svg").write_text(draw(dated))
        parts.append(f"![{plot}]({plot}.svg)\n")
    text = "\n".join(parts)
    (into / f"{name}.md").write_text(text)
    print(text)


def conditions(report: Report) -> str:
    """Where, when and how long."""
    return f"{report['when']}; {report['machine']}; {report['length']}.\n"


def with_figures(page: str, reports: Mapping[str, Report]) -> str:
    """A page's text with all between `<!-- measured: name -->` and `<!-- end -->` made anew, where it was measured."""
    made = {part: make(reports[name]) for name in reports for part, make in TABLES[name].items()}
    made |= {f"{name}_conditions": conditions(report) for name, report in reports.items()}
    return _BLOCK.sub(lambda block: f"{block[1]}{block[2]}\n{made[block[1]]}\n" if block[1] in made else block[0], page)


def read(names: Sequence[str] = tuple(TABLES)) -> Mapping[str, Report]:
    """The committed reports that there are."""
    files = {name: RESULTS / f"{name}.json" for name in names}
    return {name: json.loads(file.read_text()) for name, file in files.items() if file.exists()}


def main() -> None:
    """Writes the tables and the plots of the documents."""
    reports, page = read(), DOCS / "performance.md"
    page.write_text(with_figures(page.read_text(), reports))
    for name, report in reports.items():
        for plot, draw in PLOTS.get(name, {}).items():
            (DOCS / f"performance-{plot}.svg").write_text(draw(report))


if __name__ == "__main__":
    main()
