"""What a report's tables and plots are."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.plot import Panel, bars, lines, spaced
from benchmarks.scene import table

Report = Mapping[str, Any]
GROWTHS = {
    "page": "rows of a page",
    "connections": "connections at a time",
    "token": "characters of a token",
    "workers": "workers",
}


def lanes(report: Report) -> str:
    """A table of each workload."""
    parts = []
    for workload in dict.fromkeys(row["workload"] for row in report["lanes"]):
        rows = [row for row in report["lanes"] if row["workload"] == workload]
        parts += [f"**{workload[0].upper()}{workload[1:]}**\n", table([_lane(row) for row in rows])]
    return "\n".join(parts)


def _lane(row: Mapping[str, Any]) -> Mapping[str, str]:
    return {
        "server": row["server"],
        "CPU / constant": f"{row['times_constant']:.2f}",
        "CPU / plain": f"{row['times_plain']:.3f}",
        "CPU": f"{spaced(row['cpu'])} µs",
        "requests/s": spaced(row["rate"]),
        "p50": f"{row['p50']:.1f} ms",
        "p99": f"{row['p99']:.1f} ms",
        "upstream calls for a request": f"{row['calls']:.4f}".rstrip("0").rstrip("."),
    }


def growth(kind: str) -> Callable[[Report], str]:
    """The table of one growth: a line for each size, beside each other the lanes."""

    def make(report: Report) -> str:
        rows = [row for row in report["growth"] if row["kind"] == kind]
        return table([_grown(kind, rows, size) for size in dict.fromkeys(row["size"] for row in rows)])

    return make


def _grown(kind: str, rows: Sequence[Mapping[str, Any]], size: int) -> Mapping[str, str]:
    found = {GROWTHS[kind]: spaced(size)}
    for row in rows:
        if row["size"] == size:
            lane = row["lane"]
            found |= {
                f"{lane}: CPU / first": f"{row['times_first']:.2f}",
                f"{lane}: CPU": f"{spaced(row['cpu'])} µs",
                f"{lane}: requests/s": spaced(row["rate"]),
                f"{lane}: p99": f"{row['p99']:.1f} ms",
            }
            if row.get("cold_calls") is not None:
                found["upstream calls, all at once and cold"] = spaced(row["cold_calls"])
    return found


def questions(report: Report) -> str:
    """What is kept and how much memory it takes."""
    return table(
        [
            {
                "distinct questions": spaced(row["questions"]),
                "answers kept": spaced(row["answers"]),
                "of octets": f"{row['answer_mebibytes']:.1f} MiB",
                "blocks kept": spaced(row["blocks"]),
                "of octets ": f"{row['block_mebibytes']:.1f} MiB",
                "resident": f"{row['resident']:.0f} MiB",
                "CPU for each": f"{spaced(row['cpu'])} µs",
            }
            for row in report["questions"]
        ]
    )


def profiles(report: Report) -> str:
    """The largest costs of each lane."""
    parts = []
    for profile in report["profiles"]:
        rows = [
            {"function": f"`{cost['function']}`", "where": f"`{cost['file']}`", "of the CPU": f"{cost['share']:.1%}"}
            for cost in profile["costs"]
        ]
        parts += [f"**{profile['lane'].capitalize()}**, {profile['workload']}\n", table(rows)]
    return "\n".join(parts)


def garbage(report: Report) -> str:
    """What the collector costs."""
    return table(
        [
            {
                "workload": row["workload"],
                "CPU, collector left alone": f"{spaced(row['left'])} µs",
                "as it is served": f"{spaced(row['spared'])} µs",
                "saved": f"{1 - row['ratio']:.0%}",
            }
            for row in report["garbage"]
        ]
    )


def _lanes_plot(report: Report) -> str:
    rows = report["lanes"]
    workloads = list(dict.fromkeys(row["workload"] for row in rows))
    names = list(dict.fromkeys(row["server"] for row in rows))
    found = {(row["server"], row["workload"]): row["cpu"] for row in rows}
    series = {name: [found[name, workload] for workload in workloads] for name in names}
    title = "Microseconds of CPU for a request"
    return bars(title, Panel(title, workloads, series))


def _growth_plot(report: Report) -> str:
    panels = []
    for kind, over in GROWTHS.items():
        rows = [row for row in report["growth"] if row["kind"] == kind]
        sizes = list(dict.fromkeys(row["size"] for row in rows))
        lanes_of = list(dict.fromkeys(row["lane"] for row in rows))
        value = "rate" if kind == "workers" else "cpu"
        found = {(row["lane"], row["size"]): row[value] for row in rows}
        series = {lane: [found.get((lane, size)) for size in sizes] for lane in lanes_of}
        unit = "requests a second" if kind == "workers" else "µs of CPU for a request"
        panels.append(Panel(f"{unit}, over {over}", [spaced(size) for size in sizes], series))
    return lines("Growth", panels)


TABLES: Mapping[str, Mapping[str, Callable[[Report], str]]] = {
    "lanes": {"lanes": lanes},
    "growth": {kind: growth(kind) for kind in GROWTHS},
    "questions": {"questions": questions},
    "profiles": {"profiles": profiles},
    "garbage": {"garbage": garbage},
}
"""The parts of each report, by the names that the documents call them by."""

PLOTS: Mapping[str, Mapping[str, Callable[[Report], str]]] = {
    "lanes": {"lanes": _lanes_plot},
    "growth": {"growth": _growth_plot},
}
