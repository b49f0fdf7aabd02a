"""The largest costs of each lane: `python -m benchmarks.profiles [--short] [--into DIR]`.

Needs py-spy (`.venv/bin/python -m pip install py-spy`), and the right to look into a process (root, `ptrace_scope` 0).
A share is a function's own time, of all samples in which the server was at work. What other libraries do counts for the
function of the gateway, of uvicorn's protocol or of aiohttp that called them.
"""

import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.load import load
from benchmarks.report import Length, length_of, machine, write
from benchmarks.servers import LANES, Cores, Server, cores, gateway, upstream
from benchmarks.workloads import W1, Workload, for_lane

FULL, SHORT = Length(seconds=20, rounds=1), Length(seconds=3, rounds=1)
CONNECTIONS = 32
LARGEST = 8
SAMPLES = 400
"""In a second."""
OWNERS = ("gateway/", "uvicorn/protocols/", "aiohttp/")


def spy() -> str | None:
    """The program, beside this Python or on the path."""
    return shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")


def stacks(program: str, server: Server, requests: Sequence[bytes], seconds: float) -> Mapping[str, int]:
    """Samples of a server under load, by stack."""
    load(server.port, requests, connections=CONNECTIONS, seconds=1)
    with TemporaryDirectory() as directory:
        file = Path(directory) / "stacks"
        asking = threading.Thread(
            target=load, args=(server.port, requests), kwargs={"connections": CONNECTIONS, "seconds": seconds + 2}
        )
        asking.start()
        command = [program, "record", "--pid", str(server.pid), "--duration", str(int(seconds))]
        command += ["--rate", str(SAMPLES), "--format", "raw", "--output", str(file)]
        subprocess.run(command, check=True, capture_output=True)
        asking.join()
        lines = (line.rpartition(" ") for line in file.read_text().splitlines())
        return {stack: int(count) for stack, _, count in lines}


def largest(found: Mapping[str, int]) -> Sequence[Mapping[str, Any]]:
    """The functions with the most time of their own."""
    own: Counter[tuple[str, str]] = Counter()
    for stack, count in found.items():
        own[_owner(stack)] += count
    total = own.total()
    return [
        {"function": function, "file": file, "share": count / total}
        for (function, file), count in own.most_common(LARGEST)
    ]


def _owner(stack: str) -> tuple[str, str]:
    """The function that a sample counts for, and its file."""
    frames = [frame.rpartition(" (") for frame in reversed(stack.split(";"))]
    places = [(function, place.rstrip(")").partition(":")[0]) for function, _, place in frames]
    return next((each for each in places if each[1].startswith(OWNERS) and "__main__" not in each[1]), places[0])


def profile(lane: str, workload: Workload, length: Length, on: Cores, origin: Server, program: str) -> dict[str, Any]:
    """A record of one lane."""
    with gateway(lane, origin, on.measured) as server:
        found = stacks(program, server, for_lane(lane, workload.request()), length.seconds)
    return {"lane": lane, "workload": workload.name, "samples": sum(found.values()), "costs": largest(found)}


def main(length: Length, into: Path) -> None:
    """Samples, prints and writes."""
    program = spy()
    if program is None:
        print("py-spy is not installed; no profiles.")
        return
    with cores() as on, upstream(on) as origin:
        found = [profile(lane, W1, length, on, origin, program) for lane in LANES]
        told = machine(apart=on.apart)
    write("profiles", {"machine": told, "length": f"{length.seconds:g} s a lane", "profiles": found}, into)


if __name__ == "__main__":
    main(*length_of(FULL, SHORT))
