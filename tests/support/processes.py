"""The commands as processes of their own: started on a free port, asked over a socket, ended by a signal."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 30


@dataclass
class Running:
    """A command that runs: what it said up to now, where it serves, and at last its exit status and complaints."""

    said: str
    url: str
    process: "subprocess.Popen[str]"
    complaints: str = field(default="")

    def end(self, by: signal.Signals) -> int:
        """Sends a signal, and waits for the end."""
        self.process.send_signal(by)
        _, self.complaints = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode


@contextmanager
def running(
    *arguments: str, environment: Mapping[str, str] | None = None, where: Path | None = None
) -> Iterator[Running]:
    """`python -m gateway ...`, once it has said where it serves."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=where,
        env={**own_environment(), **(environment or {})},
    )
    assert process.stdout is not None
    said = ""
    try:
        while not (url := re.search(r"http://[0-9.]+:\d+(?=/graphql)", said)):
            line = process.stdout.readline()
            assert line, process.communicate(timeout=PATIENCE)
            said += line
        yield Running(said, url[0], process)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate(timeout=PATIENCE)


def run(
    *arguments: str, environment: Mapping[str, str] | None = None, where: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """`python -m gateway ...`, when all is over."""
    return subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=where,
        env={**own_environment(), **(environment or {})},
        timeout=PATIENCE,
    )


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ends a server, by force where it does not end by itself."""
    process.terminate()
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def own_environment() -> dict[str, str]:
    """This process's environment without settings of a gateway."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
