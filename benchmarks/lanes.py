"""Each lane beside a constant answer and plain Strawberry: `python -m benchmarks.lanes [--short] [--into DIR]`.

For each workload all servers stand ready at once on one core, and are asked in turn, some rounds; upstream and load are
on the other core. What is told is CPU per request by the server's own account, as the median over the rounds.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.cell import Cell, measure, record, times
from benchmarks.load import body_of, load
from benchmarks.report import Length, length_of, machine, write
from benchmarks.servers import Cores, Server, cores, gateway, plain, upstream
from benchmarks.workloads import W1, W2, W3, Workload, for_lane

FULL, SHORT = Length(seconds=3, rounds=7), Length(seconds=1, rounds=3)
CONNECTIONS = 32


def servers(stack: ExitStack, on: Cores, origin: Server, workload: Workload) -> Mapping[str, Server]:
    """All that is measured, by name; each has answered the workload once."""
    answer = stack.enter_context(gateway("answer", origin, on.measured))
    body = Path(stack.enter_context(TemporaryDirectory())) / "body.json"
    body.write_bytes(body_of(answer.port, workload.request()))
    opened = {
        "constant": plain("constant", str(body), on.measured),
        "answer, access line": gateway("answer", origin, on.measured, lines=True),
        "blocks": gateway("blocks", origin, on.measured),
        "upstream": gateway("upstream", origin, on.measured),
        "plain Strawberry": plain("strawberry", origin.url, on.measured),
    }
    entered = {name: stack.enter_context(server) for name, server in opened.items()}
    return {"constant": entered.pop("constant"), "answer": answer, **entered}


def measure_workload(workload: Workload, length: Length, on: Cores, origin: Server) -> Sequence[Mapping[str, Any]]:
    """A record for each server."""
    with ExitStack() as stack:
        ready = servers(stack, on, origin, workload)
        requests = {name: for_lane(name, workload.request()) for name in ready}
        for name, server in ready.items():
            load(server.port, requests[name], connections=CONNECTIONS, seconds=length.seconds / 2)
        found: dict[str, list[Cell]] = {name: [] for name in ready}
        for _ in range(length.rounds):
            for name, server in ready.items():
                cell = measure(server, requests[name], origin, connections=CONNECTIONS, seconds=length.seconds)
                found[name].append(cell)
    return [
        record(
            cells,
            workload=workload.name,
            server=name,
            times_constant=times(cells, found["constant"]),
            times_plain=times(cells, found["plain Strawberry"]),
        )
        for name, cells in found.items()
    ]


def main(length: Length, into: Path, workloads: Sequence[Workload] = (W1, W2, W3)) -> None:
    """Measures, prints and writes."""
    with cores() as on, upstream(on) as origin:
        found = [row for each in workloads for row in measure_workload(each, length, on, origin)]
        told = machine(apart=on.apart)
    write("lanes", {"machine": told, "length": length.told(), "lanes": found}, into)


if __name__ == "__main__":
    main(*length_of(FULL, SHORT))
