"""What grows with what is asked: `python -m benchmarks.growth [--short] [--into DIR]`.

The answer lane and the blocks lane over the rows of a page, the connections, the length of a token and the workers.
All sizes of one kind take turns, some rounds. Workers have all cores; load and upstream share these with them.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.cell import Cell, measure, record, times
from benchmarks.load import load
from benchmarks.report import Length, length_of, machine, write
from benchmarks.servers import Cores, Server, cores, gateway, upstream, upstream_calls
from benchmarks.workloads import W1, Workload, for_lane

FULL, SHORT = Length(seconds=2, rounds=5), Length(seconds=0.5, rounds=2)
LANES = ("answer", "blocks")
PAGES = (1, 10, 100, 300, 1_000)
CONNECTIONS = (1, 8, 32, 128)
TOKENS = (32, 1_000, 5_000, 32_000)
WORKERS = (1, 2, 4)
PATIENT = {"GATEWAY_MAX_WAITING_REQUESTS": "1000"}
"""Else some of 128 at once are turned away, as the limits want it."""
DELAY = 20.0
"""Milliseconds that the upstream takes: time enough for all to ask before the first answer is there."""

Case = tuple[str, int, Server]
"""Lane, size, and who is asked."""


def grown(
    kind: str, cases: Sequence[Case], requests: Mapping[int, bytes], length: Length, origin: Server, **fixed: int
) -> list[dict[str, Any]]:
    """A record for each case, by rounds in which all cases take turns."""
    found: dict[tuple[str, int], list[Cell]] = {(lane, size): [] for lane, size, _ in cases}
    for turn in range(length.rounds + 1):
        for lane, size, server in cases:
            connections = fixed.get("connections", size)
            sent = for_lane(lane, requests[size])
            cell = measure(server, sent, origin, connections=connections, seconds=length.seconds)
            if turn:  # the first one warms up
                found[lane, size].append(cell)
    first = {lane: found[lane, size] for lane, size, _ in reversed(cases)}
    return [
        dict(record(cells, kind=kind, lane=lane, size=size, times_first=times(cells, first[lane])))
        for (lane, size), cells in found.items()
    ]


def cold_calls(server: Server, origin: Server, connections: int) -> int:
    """Upstream calls for as many first requests at once, of a caller of whom nothing is remembered."""
    before = upstream_calls(origin)
    answers = load(server.port, [W1.request(f"cold-{connections}")], connections=connections, seconds=0)
    assert (answers.count, answers.failed) == (connections, 0)
    return upstream_calls(origin) - before


def on_one_core(length: Length, on: Cores, origin: Server) -> list[dict[str, Any]]:
    """Page size, connections and token length."""
    with ExitStack() as stack:
        servers = {lane: stack.enter_context(gateway(lane, origin, on.measured, settings=PATIENT)) for lane in LANES}

        def cases(sizes: Sequence[int]) -> list[Case]:
            return [(lane, size, server) for lane, server in servers.items() for size in sizes]

        pages = {size: Workload("", [size]).request() for size in PAGES}
        tokens = {size: W1.request("t" * size) for size in TOKENS}
        found = grown("page", cases(PAGES), pages, length, origin, connections=8)
        found += grown("token", cases(TOKENS), tokens, length, origin, connections=8)
        cold = {size: cold_calls(servers["answer"], origin, size) for size in CONNECTIONS}
        same = dict.fromkeys(CONNECTIONS, W1.request())
        for row in grown("connections", cases(CONNECTIONS), same, length, origin):
            found.append({**row, "cold_calls": cold[row["size"]] if row["lane"] == "answer" else None})
    return found


def over_workers(length: Length, everywhere: frozenset[int], origin: Server) -> list[dict[str, Any]]:
    """Processes behind one socket."""
    with ExitStack() as stack:
        cases = [
            (lane, count, stack.enter_context(gateway(lane, origin, everywhere, workers=count)))
            for lane in LANES
            for count in WORKERS
        ]
        return grown("workers", cases, dict.fromkeys(WORKERS, W1.request()), length, origin, connections=32)


def main(length: Length, into: Path) -> None:
    """Measures, prints and writes."""
    with cores() as on, upstream(on, delay=DELAY) as origin:
        found = on_one_core(length, on, origin)
        told = machine(apart=on.apart)
    everywhere = frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()
    with upstream(Cores(everywhere, everywhere), delay=DELAY) as origin:
        found += over_workers(length, everywhere, origin)
    write("growth", {"machine": told, "length": length.told(), "growth": found}, into)


if __name__ == "__main__":
    main(*length_of(FULL, SHORT))
