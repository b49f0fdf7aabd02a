"""A gateway over an emulator in a process of its own, so that its memory and CPU are told apart from the load's."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCRIPT = """
import json, sys
from tests.support.served import serve_gateway
with serve_gateway(**json.loads(sys.argv[1])) as served:
    print(served.port, flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Process:
    """The gateway's process.

    Args:
        port: Where it listens on 127.0.0.1.
        pid: Its number.
    """

    port: int
    pid: int

    def resident_mebibytes(self) -> float:
        """Its memory now."""
        return resident_mebibytes(self.pid)

    def descriptors(self) -> int:
        """How many file descriptors it has open."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def cpu_seconds(self) -> float:
        """Its CPU time up to now."""
        return cpu_seconds(self.pid)


def resident_mebibytes(pid: int) -> float:
    """What a process has in memory now, without its children."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def cpu_seconds(pid: int) -> float:
    """What a process and its children have used by now, in user and system mode."""
    pids, found = [str(pid)], 0.0
    for each in pids:
        pids += Path(f"/proc/{each}/task/{each}/children").read_text().split()
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        found += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


@contextmanager
def gateway_process(**settings: Any) -> Iterator[Process]:
    """Runs it while the block runs; it ends with its standard input."""
    command = [sys.executable, "-c", _SCRIPT, json.dumps(settings)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Process(int(process.stdout.readline()), process.pid)
        process.stdin.close()
