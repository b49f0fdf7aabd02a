"""What the doctor finds, with the emulator as the upstream."""

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.cli.doctor import examine
from gateway.credentials.secret import Secret
from gateway.emulator import AccessKey, Emulator, Tenant, serve
from gateway.settings import load
from tests.support.house import PROJECT, TOKEN
from tests.support.redis import RedisServer

KEY = AccessKey("AKOFTHEGATEWAY", "sk-of-the-gateway")
OWN_KEY = {
    "GATEWAY_CREDENTIALS": "key",
    "GATEWAY_ACCESS_KEY": KEY.access,
    "GATEWAY_SECRET_KEY": KEY.secret,
    "GATEWAY_ADMIT_EVERYONE": "true",
}


@pytest.fixture
def upstream() -> Iterator[tuple[Emulator, str]]:
    """An emulator on a socket, with 30 tasks."""
    emulator = Emulator([Tenant(PROJECT, tokens=[TOKEN], keys=[KEY], size=30, clean=True)])
    with serve(emulator) as url:
        yield emulator, url


def run(url: str, where: Path, *, token: str | None = None, **settings: str) -> Result:
    """The command's output."""
    environment: Mapping[str, str] = {"GATEWAY_UPSTREAM_URL": url, "GATEWAY_PROJECT_ID": PROJECT, **settings}
    options = ["--token-file", "-"] if token else []
    with chdir(where):
        return CliRunner().invoke(main, ["doctor", *options], env=environment, input=token)


def test_all_well(upstream: tuple[Emulator, str], tmp_path: Path) -> None:
    """With a token and with the gateway's own key: every line is fine; one call each."""
    emulator, url = upstream
    for result in (run(url, tmp_path, token=TOKEN), run(url, tmp_path, **OWN_KEY)):
        assert result.exit_code == 0, result.output
        assert "PROBLEM" not in result.output
        assert f"reads project {PROJECT}, which has 30 tasks" in result.output
        assert TOKEN not in result.output
        assert KEY.secret not in result.output
    assert len(emulator.journal) == 2


def test_without_a_credential(upstream: tuple[Emulator, str], tmp_path: Path) -> None:
    """The upstream is reached all the same."""
    result = run(upstream[1], tmp_path)
    assert result.exit_code == 0
    assert "answers (status 401)" in result.output
    assert "skipped  credential: none to try" in result.output


def test_a_wrong_project(upstream: tuple[Emulator, str], tmp_path: Path) -> None:
    """The token is good, but not for it."""
    result = run(upstream[1], tmp_path, token=TOKEN, GATEWAY_PROJECT_ID="f" * 32)
    assert result.exit_code == 1
    assert f"PROBLEM  credential: the token may not read project {'f' * 32}" in result.output
    assert "GATEWAY_PROJECT_ID" in result.output


@pytest.mark.parametrize("token", ["two tokens", "a\nb", "t\u00f6ken", "t" * 40_000])
def test_what_is_no_token(upstream: tuple[Emulator, str], tmp_path: Path, token: str) -> None:
    """It is sent nowhere, and not shown."""
    emulator, url = upstream
    result = run(url, tmp_path, token=token)
    assert result.exit_code == 2
    assert "It has to hold one token" in result.output
    assert token not in result.output
    assert not emulator.journal


def test_an_expired_token(upstream: tuple[Emulator, str], tmp_path: Path) -> None:
    """It is refused, and not shown."""
    result = run(upstream[1], tmp_path, token="an-old-token")
    assert result.exit_code == 1
    assert "PROBLEM  credential: the upstream refuses the token" in result.output
    assert "an-old-token" not in result.output


def test_a_wrong_key_is_tried_once(upstream: tuple[Emulator, str], tmp_path: Path) -> None:
    """More refusals would lock it."""
    emulator, url = upstream
    result = run(url, tmp_path, **{**OWN_KEY, "GATEWAY_SECRET_KEY": "another-secret"})
    assert "PROBLEM  credential: the upstream refuses the gateway's own key" in result.output
    assert len(emulator.journal) == 1


@pytest.mark.parametrize(("seconds", "found"), [(1_200, "ahead of"), (-1_200, "behind")])
async def test_a_clock_that_is_wrong(seconds: float, found: str, upstream: tuple[Emulator, str]) -> None:
    """By how much and in which direction; it is named before the credential that it spoils."""
    settings = load({}, env_file=None, upstream_url=upstream[1], project_id=PROJECT)
    findings = await examine(settings, Secret(TOKEN), clock=lambda: time.time() + seconds)
    [clock] = [finding for finding in findings if finding.what.startswith("clock")]
    assert clock.well is False
    assert f"s {found} the upstream's" in clock.what
    assert "NTP" in clock.advice


def test_no_route(tmp_path: Path) -> None:
    """Nothing listens there: what failed and where to look; no further check."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    result = run(f"http://127.0.0.1:{port}", tmp_path, token=TOKEN)
    assert result.exit_code == 1
    assert f"PROBLEM  upstream: http://127.0.0.1:{port} cannot be reached" in result.output
    assert "credential" not in result.output


def test_bad_settings(tmp_path: Path) -> None:
    """One line that names the setting."""
    result = run("vod.example.com", tmp_path)
    assert result.exit_code == 1
    assert result.output.startswith("PROBLEM  settings: GATEWAY_UPSTREAM_URL")


def test_the_shared_store_is_tried(upstream: tuple[Emulator, str], redis: RedisServer, tmp_path: Path) -> None:
    """Where it is and how fast; where it is not, that replicas go on alone. Its password is not shown."""
    store = {"GATEWAY_CACHE": redis.url, "GATEWAY_CACHE_SECRET": "the secret of all replicas"}
    store["GATEWAY_CACHE_TIMEOUT_MILLISECONDS"] = "5000"
    result = run(upstream[1], tmp_path, **store)
    assert f"ok       store: {redis.url} takes writes, in" in result.output
    redis.kill()
    result = run(upstream[1], tmp_path, **store, GATEWAY_CACHE_PASSWORD="hidden")
    assert result.exit_code == 1
    assert f"PROBLEM  store: {redis.url} cannot be used" in result.output
    assert "hidden" not in result.output
