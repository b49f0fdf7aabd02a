import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from click.testing import CliRunner

from gateway.cli.emulate import emulate

START = "from gateway.cli.emulate import emulate; emulate()"


@contextmanager
def running(*options: str) -> Iterator[list[str]]:
    """The command in a process of its own, and the three lines that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-c", START, "--port", "0", *options],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline() for _ in range(3)]
        base = re.findall(r"http://[0-9.]+:\d+", lines[0])[0]
        httpx.get(f"{base}/snapshot/sample/ab/1.jpg")  # it listens before it is ready for a signal
        yield lines
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 0


def test_the_printed_curl_line_works() -> None:
    """What the command prints as an example is a call that it answers."""
    with running("--size", "7") as (first, second, third):
        assert "7 snapshot tasks" in first
        assert "off" in second
        header, url = re.findall("'([^']+)'", third)
        name, _, value = header.partition(": ")
        answer = httpx.get(url, headers={name: value}).json()
    assert answer["total"] == 7
    assert len(answer["thumbnails"]) == 2


def test_options_reach_the_emulator() -> None:
    """Project, token, control route and limit are those of the command line; a token of one's own is not printed."""
    options = ["--project", "p" * 32, "--token", "my-own-token", "--control", "--calls-per-minute", "1"]
    with running(*options, "--access-key", "AK", "--secret-key", "my-own-secret") as lines:
        assert "my-own" not in "".join(lines)
        base = re.search(r"http://[0-9.]+:\d+", lines[0])
        assert base is not None
        path = f"{base[0]}/v1/{'p' * 32}/asset/thumbnails"
        statuses = [httpx.get(path, headers={"X-Auth-Token": "my-own-token"}).status_code for _ in range(2)]
        assert statuses == [200, 429]
        assert len(httpx.get(f"{base[0]}/_emulator/journal").json()) == 2


def test_half_a_key_is_refused() -> None:
    """An access key without its secret is a mistake that is told."""
    result = CliRunner().invoke(emulate, ["--access-key", "AK"])
    assert result.exit_code == 2
    assert "belong together" in result.output


def test_a_taken_port_is_one_line() -> None:
    """No traceback, the address and the reason."""
    with running() as lines:
        port = re.findall(r":(\d+): ", lines[0])[0]
        result = CliRunner().invoke(emulate, ["--port", port])
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: cannot listen on 127.0.0.1:{port}: ")
