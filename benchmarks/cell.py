"""One figure: a server under one load, measured several times."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from benchmarks.load import load
from benchmarks.servers import Server, upstream_calls

_WARM_SECONDS = 0.1


@dataclass(frozen=True)
class Cell:
    """What a request took.

    Args:
        cpu: Microseconds of the server's process tree, in user and system mode.
        rate: Requests a second.
        p50: Milliseconds in which half of the answers came.
        p99: Milliseconds in which 99 of 100 came.
        calls: Upstream calls for a request.
    """

    cpu: float
    rate: float
    p50: float
    p99: float
    calls: float


def measure(
    server: Server, requests: Sequence[bytes], origin: Server, *, connections: int = 32, seconds: float = 2.0
) -> Cell:
    """Asks a server for some seconds, after one client has made it remember again what ran out since its last turn.

    Raises:
        RuntimeError: An answer was not 200, or held errors.
    """
    load(server.port, requests, connections=1, seconds=_WARM_SECONDS)
    calls, cpu = upstream_calls(origin), server.cpu_seconds()
    answers = load(server.port, requests, connections=connections, seconds=seconds)
    cpu, calls = server.cpu_seconds() - cpu, upstream_calls(origin) - calls
    if answers.failed:
        raise RuntimeError(f"{answers.failed} of {answers.count + answers.failed} answers failed: {answers.problem!r}")
    return Cell(
        cpu / answers.count * 1e6,
        answers.count / answers.seconds,
        answers.percentile(50),
        answers.percentile(99),
        calls / answers.count,
    )


def middle(cells: Sequence[Cell]) -> Cell:
    """The median of each figure."""
    rows = [asdict(cell) for cell in cells]
    return Cell(**{name: median(row[name] for row in rows) for name in rows[0]})


def times(cells: Sequence[Cell], base: Sequence[Cell]) -> float:
    """How many times the CPU of another server: the median over rounds, so that a slow moment counts for both."""
    return median(cell.cpu / other.cpu for cell, other in zip(cells, base, strict=True) if other.cpu)


def record(cells: Sequence[Cell], **what: Any) -> Mapping[str, Any]:
    """The medians and all rounds, as the JSON report has them."""
    return {**what, **asdict(middle(cells)), "rounds": [asdict(cell) for cell in cells]}
