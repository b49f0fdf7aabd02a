"""Servers in processes of their own: those that are measured on one core, all else on another.

On a machine with one core, or a system that does not bind processes to cores, they share what there is.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile

from benchmarks.load import body_of
from benchmarks.process import cpu_seconds
from tests.support.processes import own_environment, stop

_START_SECONDS = 60.0
_URL = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Args:
        url: Its origin.
        pid: Of its process, which may have children.
    """

    url: str
    pid: int

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self.url.rpartition(":")[2])

    def cpu_seconds(self) -> float:
        """User and system time of its process tree."""
        return cpu_seconds(self.pid)


@dataclass(frozen=True)
class Cores:
    """Which cores are whose.

    Args:
        measured: For the server that is measured.
        others: For the load and the upstream.
    """

    measured: frozenset[int]
    others: frozenset[int]

    @property
    def apart(self) -> bool:
        """Whether they have none in common."""
        return bool(self.measured) and not self.measured & self.others


@contextmanager
def cores() -> Iterator[Cores]:
    """Moves this process to the other core while the block runs."""
    if not hasattr(os, "sched_setaffinity"):
        yield Cores(frozenset(), frozenset())
        return
    before = os.sched_getaffinity(0)
    first, last = min(before), max(before)
    os.sched_setaffinity(0, {last})
    try:
        yield Cores(frozenset({first}), frozenset({last}))
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def running(*command: str, on: frozenset[int], environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """`python -m ...`, once it has said where it serves.

    What it writes goes into a file, as it would in production: access lines cost what writing costs.

    Args:
        command: A module and its arguments.
        on: The cores that it may use.
        environment: Variables beside this process's own, of which those of a gateway are left out.
    """
    with (
        TemporaryFile("w+") as said,
        subprocess.Popen(
            [sys.executable, "-m", *command],
            stdin=subprocess.PIPE,
            stdout=said,
            env={**own_environment(), **(environment or {})},
        ) as process,
    ):
        if on:
            os.sched_setaffinity(process.pid, on)
        try:
            yield Server(_wait(process, lambda: _said(said.fileno())), process.pid)
        finally:
            stop(process)


def _said(file: int) -> str:
    return os.pread(file, 4_096, 0).decode()


def _wait(process: "subprocess.Popen[bytes]", said: Callable[[], str]) -> str:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if found := _URL.search(said()):
            return found[0]
        time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} did not start (exit status {process.poll()}): {said()}")


@contextmanager
def upstream(on: Cores, *, delay: float = 0.0) -> Iterator[Server]:
    """The constant upstream, `delay` milliseconds slow."""
    with running("benchmarks.upstream", str(delay), on=on.others) as server:
        yield server


def upstream_calls(server: Server) -> int:
    """How many pages an upstream was asked for."""
    return int(body_of(server.port, b"GET /calls HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))


LANES: Mapping[str, Mapping[str, str]] = {
    "answer": {},
    "blocks": {"GATEWAY_CACHE_ANSWERS_MEGABYTES": "0"},
    "upstream": {"GATEWAY_CACHE": "off"},
}


@contextmanager
def gateway(
    lane: str,
    origin: Server,
    on: frozenset[int],
    *,
    lines: bool = False,
    workers: int = 1,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """`vod-gateway serve`, by its defaults but for what holds it in a lane.

    Args:
        lane: Of `LANES`.
        origin: The upstream.
        on: The cores that it may use.
        lines: Whether it writes access lines.
        workers: How many processes it has.
        settings: Variables of the environment.
    """
    environment = {
        "GATEWAY_UPSTREAM_URL": origin.url,
        "GATEWAY_PROJECT_ID": "p",
        "GATEWAY_LOG_LEVEL": "info" if lines else "warning",
        "GATEWAY_DRAIN_SECONDS": "0",
        **LANES[lane],
        **(settings or {}),
    }
    command = ("gateway", "serve", "--port", "0", "--workers", str(workers))
    with running(*command, on=on, environment=environment) as server:
        yield server


@contextmanager
def plain(kind: str, given: str, on: frozenset[int]) -> Iterator[Server]:
    """One of `benchmarks.plain`."""
    with running("benchmarks.plain", kind, given, on=on) as server:
        yield server
