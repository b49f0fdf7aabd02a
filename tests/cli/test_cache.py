"""What `vod-gateway cache purge` says and does."""

from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cache.generations import EVERYTHING, of_project, of_scope
from gateway.cli import main
from tests.support.house import PROJECT
from tests.support.redis import RedisServer

SECRET = "the secret of all replicas"


def run(where: Path, *arguments: str, **settings: str) -> Result:
    """The command's output."""
    environment = {"GATEWAY_UPSTREAM_URL": "http://127.0.0.1", "GATEWAY_PROJECT_ID": PROJECT, **settings}
    with chdir(where):
        return CliRunner().invoke(main, ["cache", "purge", *arguments], env=environment)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["--all"], EVERYTHING),
        (["--project", "p"], of_project(SECRET.encode(), "p")),
        (["--scope", "0123456789abcdef"], of_scope("0123456789ab")),
    ],
)
def test_the_log_holds_what_was_purged(redis: RedisServer, tmp_path: Path, arguments: list[str], name: str) -> None:
    """By the name that replicas look for."""
    result = run(tmp_path, *arguments, GATEWAY_CACHE=redis.url, GATEWAY_CACHE_SECRET=SECRET)
    assert result.exit_code == 0, result.output
    assert "within 5 seconds" in result.output
    with redis.client() as client:
        assert client.zrange("vod-gateway:purges", 0, -1) == [name.encode()]


def test_a_store_that_is_not_there_is_an_error(redis: RedisServer, tmp_path: Path) -> None:
    """Nobody shall believe that something was purged."""
    redis.kill()
    url = redis.url.replace("//", "//:password@")
    result = run(tmp_path, "--all", GATEWAY_CACHE=url, GATEWAY_CACHE_SECRET=SECRET)
    assert result.exit_code == 1
    assert "nothing is purged" in result.output
    assert "password" not in result.output


def test_memory_is_purged_by_the_process_that_has_it(tmp_path: Path) -> None:
    """The command says how."""
    result = run(tmp_path, "--all")
    assert result.exit_code == 1
    assert "POST /cache/purge" in result.output


@pytest.mark.parametrize("arguments", [[], ["--all", "--project", "p"], ["--scope", "short"], ["--project", "a/b"]])
def test_what_to_purge_has_to_be_named(redis: RedisServer, tmp_path: Path, arguments: list[str]) -> None:
    """Exactly one, in its form."""
    result = run(tmp_path, *arguments, GATEWAY_CACHE=redis.url, GATEWAY_CACHE_SECRET=SECRET)
    assert result.exit_code == 2
    assert "--scope DIGEST" in result.output


def test_settings_that_would_not_start_are_named(tmp_path: Path) -> None:
    """As everywhere."""
    result = run(tmp_path, "--all", GATEWAY_CACHE="redis://127.0.0.1")
    assert result.exit_code == 1
    assert "GATEWAY_CACHE_SECRET is not set" in result.output
