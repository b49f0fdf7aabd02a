"""Each way of failing, with the default settings over a real socket: `python -m benchmarks.faults`.

Takes a minute or two, on Linux. The emulator is a process of its own. Time is real; memory is how much the
gateway's process grew at its peak.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from benchmarks.scene import PROJECT, table
from gateway.settings import load
from gateway.web.app import create_app
from tests.support.line import Line
from tests.support.upstream_faults import FAULTS, UpstreamFault

QUERY = "{ thumbnailTasks(first: 10) { nodes { taskId thumbnailCount } } }"
AGES = {"nothing": None, "fresh copy": 5.0, "stale copy": 70.0}


class Remote:
    """An emulator in another process, told over its control route."""

    def __init__(self, url: str) -> None:
        self.url = url

    def fault(self, kind: str, **options: Any) -> None:
        """Arms a fault."""
        httpx.post(
            f"{self.url}/_emulator/fault", content=msgspec.json.encode({"kind": kind, **options})
        ).raise_for_status()

    def clear(self) -> None:
        """Disarms all."""
        httpx.post(f"{self.url}/_emulator/clear").raise_for_status()


@contextmanager
def emulator() -> Iterator[Remote]:
    """Runs one."""
    command = [sys.executable, "-m", "gateway", "emulate", "--port", "0", "--control", "--clean", "--token", "token"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[2].rstrip(":")
        try:
            yield Remote(url)
        finally:
            process.terminate()


def forget_peak() -> int:
    """Lets the kernel measure the peak anew; what the process holds now, in octets."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(name)


async def measure(fault: UpstreamFault, remembered: str, remote: Remote) -> Mapping[str, str]:
    """A line of the table."""
    shift, line = 0.0, Line()
    line.origin = remote.url
    settings = load({}, env_file=None, upstream_url="http://127.0.0.1", project_id=PROJECT)
    app = create_app(settings, transport=line, clock=lambda: time.time() + shift)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway", headers={"X-Auth-Token": "token"}
    )
    async with app.router.lifespan_context(app), client:
        if (age := AGES[remembered]) is not None:
            (await client.post("/graphql", json={"query": QUERY})).raise_for_status()
            shift = age
        fault.strike(remote, line)
        line.calls, before, began = 0, forget_peak(), time.perf_counter()
        answer = (await client.post("/graphql", json={"query": QUERY}, timeout=None)).json()
        took, peak = time.perf_counter() - began, _status("VmHWM")
        attempts = line.calls
    remote.clear()
    codes = sorted({error["extensions"]["code"] for error in answer.get("errors", ())})
    stale = answer.get("extensions", {}).get("stale")
    rows = answer["data"]["thumbnailTasks"] is not None
    return {
        "fault": fault.name,
        "remembered": remembered,
        "answer": (f"copy, {stale['ageSeconds']} s old" if stale else "rows") if rows else "error",
        "code": ", ".join(codes),
        "attempts": f"{attempts}",
        "seconds": f"{took:.2f}",
        "MiB": f"{max(0, peak - before) / 2**20:.1f}",
    }


async def main() -> None:
    """Prints the table."""
    with emulator() as remote:
        await measure(FAULTS[0], "nothing", remote)  # what is loaded only once
        rows = [await measure(fault, remembered, remote) for fault in FAULTS for remembered in AGES]
    print(table(rows))


if __name__ == "__main__":
    asyncio.run(main())
