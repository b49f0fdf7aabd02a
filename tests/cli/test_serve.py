import signal
from contextlib import chdir
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.emulator import Emulator, Tenant, serve
from tests.support.house import PAGE, PROJECT, TOKEN
from tests.support.processes import PATIENCE, run, running


def test_it_serves_and_ends_by_a_signal(tmp_path: Path) -> None:
    """On a free port that it tells, over a real upstream; SIGTERM ends it in silence."""
    emulator = Emulator([Tenant(PROJECT, tokens=[TOKEN], size=30, clean=True)])
    with serve(emulator) as url:
        settings = {
            "GATEWAY_UPSTREAM_URL": url,
            "GATEWAY_PROJECT_ID": PROJECT,
            "GATEWAY_PORT": "1",
            "GATEWAY_DRAIN_SECONDS": "0",
        }
        with running("serve", "--port", "0", environment=settings, where=tmp_path) as gateway:
            assert gateway.said.strip() == f"Serving GraphQL at {gateway.url}/graphql from {url}"
            asked = httpx.post(
                f"{gateway.url}/graphql",
                json={"query": PAGE, "variables": {"first": 30}},
                headers={"X-Auth-Token": TOKEN},
                timeout=PATIENCE,
            )
            page = asked.json()["data"]["thumbnailTasks"]
            assert [edge["node"]["taskId"] for edge in page["edges"]] == emulator.catalogue().task_ids()
            assert "server" not in asked.headers
            assert httpx.get(f"{gateway.url}/livez").text == "ok\n"
            assert httpx.get(f"{gateway.url}/readyz").json() == {"status": "ready"}
            assert gateway.end(signal.SIGTERM) in {0, -signal.SIGTERM}
            assert gateway.complaints == ""
    assert TOKEN not in gateway.said


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({}, "Error: GATEWAY_UPSTREAM_URL is not set"),
        ({"GATEWAY_UPSTREAM_URL": "https://vod.example.com", "GATEWAY_PROT": "1"}, "Error: GATEWAY_PROT is no setting"),
        ({"GATEWAY_UPSTREAM_URL": "vod.example.com", "GATEWAY_PROJECT_ID": "p"}, "Error: GATEWAY_UPSTREAM_URL: has to"),
    ],
)
def test_bad_settings_are_one_line(environment: dict[str, str], line: str, tmp_path: Path) -> None:
    """It does not start, and says why without a traceback."""
    with chdir(tmp_path):
        result = CliRunner().invoke(main, ["serve"], env=environment)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(line)
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["serve", "demo", "emulate"])
@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_a_port_that_is_none_is_told(command: str, port: str) -> None:
    """Before anything is started, by every command that listens."""
    result = CliRunner().invoke(main, [command, "--port", port])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Invalid value for '--port'" in result.stderr


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    """No traceback, the address and the reason."""
    with serve(Emulator([Tenant(PROJECT)])) as url:
        settings = {"GATEWAY_UPSTREAM_URL": url, "GATEWAY_PROJECT_ID": PROJECT}
        ended = run("serve", "--port", url.rpartition(":")[2], environment=settings, where=tmp_path)
    assert ended.returncode != 0
    assert "address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr
