"""`vod-gateway sign`: what it prints is what the gateway sends, and what curl can run."""

import json
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.emulator import AccessKey, Emulator, Tenant, serve
from gateway.settings import load
from gateway.web.app import create_app
from tests.support.house import PAGE, PROJECT, TOKEN
from tests.support.keys import KEY, TEMPORARY_KEY
from tests.support.programs import program
from tests.support.served import served

ODD = "a b+c/~é=&*'\"$(x)"


@dataclass
class Place:
    """An emulator and a gateway on sockets."""

    emulator: Emulator
    upstream: str
    gateway: str

    def sign(self, *arguments: str, key: AccessKey | None = KEY) -> Result:
        environment = {"GATEWAY_UPSTREAM_URL": self.upstream, "GATEWAY_PROJECT_ID": PROJECT}
        if key is not None:
            environment |= {"GATEWAY_ACCESS_KEY": key.access, "GATEWAY_SECRET_KEY": key.secret}
        if key is not None and key.security_token is not None:
            environment["GATEWAY_SECURITY_TOKEN"] = key.security_token
        return CliRunner().invoke(main, ["sign", "--gateway", self.gateway, *arguments], env=environment)

    def page(self, **variables: Any) -> Any:
        sent = {"query": PAGE, "variables": variables}
        answer = httpx.post(f"{self.gateway}/graphql", json=sent, headers={"X-Auth-Token": TOKEN})
        return answer.json()["data"]["thumbnailTasks"]


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    tenant = Tenant(PROJECT, tokens=[TOKEN], keys=[KEY, TEMPORARY_KEY], size=250, assets=2, clean=True)
    emulator = Emulator([tenant])
    with serve(emulator) as upstream:
        settings = load({}, env_file=None, upstream_url=upstream, project_id=PROJECT)
        with served(create_app(settings)) as url:
            yield Place(emulator, upstream, url)


def section(output: str, title: str) -> list[str]:
    lines = output.splitlines()
    rest = lines[lines.index(f"# {title}") + 1 :]
    return rest[: next((index for index, line in enumerate(rest) if line.startswith("# ")), len(rest))]


def run_curl(line: str) -> Any:
    program("curl")
    words = shlex.split(line)
    assert words[0] == "curl"
    result = subprocess.run(["curl", "-sS", "-g", *words[1:]], capture_output=True, check=False, timeout=30)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("key", [KEY, TEMPORARY_KEY])
def test_its_curl_lines_work(key: AccessKey, place: Place) -> None:
    """Against the upstream and through the gateway, page after page, by one and the same request line."""
    asset, pages = str(place.emulator.catalogue().asset_ids(1)[0]), 0
    after = ""
    while pages < 3:
        arguments: list[str] = ["--asset-id", asset, "--first", "40", *(["--after", after] if after else [])]
        output = place.sign(*arguments, key=key).output
        place.emulator.journal.clear()
        direct = run_curl(section(output, "Signed, straight to the upstream")[0])
        page = run_curl(section(output, "Signed, through the gateway")[0])["data"]["thumbnailTasks"]
        first, second = place.emulator.journal
        assert section(output, "The request to the upstream")[0] == f"GET {place.upstream}{first.target}"
        assert first.target == second.target
        assert (first.status, second.status) == (200, 200)
        rows = [row["task_id"] for row in direct["thumbnails"]]
        shown = [node["taskId"] for node in page["nodes"]]
        assert shown == (rows[1 : 1 + len(shown)] if after else rows[: len(shown)])
        pages += 1
        assert page["pageInfo"]["hasNextPage"] is True
        after = page["pageInfo"]["endCursor"]


def test_odd_ids_survive_shell_and_url(place: Place) -> None:
    """Blanks, quotes and all."""
    output = place.sign("--task-id", ODD, "--first", "1").output
    place.emulator.journal.clear()
    assert run_curl(section(output, "Signed, straight to the upstream")[0])["total"] == 0
    assert run_curl(section(output, "Signed, through the gateway")[0])["data"]["thumbnailTasks"]["nodes"] == []
    assert len({call.target for call in place.emulator.journal}) == 1


def test_the_call_for_snapshots(place: Place) -> None:
    """It works against the upstream; through the gateway it cannot, and the output says why."""
    task = str(place.emulator.catalogue().task_ids()[0])
    output = place.sign("--snapshots", "--task-id", task, "--first", "2").output
    assert run_curl(section(output, "Signed, straight to the upstream")[0])["thumbnail_result"]
    assert "two calls" in output
    assert "/graphql" not in output


@pytest.mark.parametrize("first", [0, 1, 10, 98, 100])
@pytest.mark.parametrize("rows_before", [0, 1, 60, 200])
def test_offset_and_limit_are_those_of_the_gateway(first: int, rows_before: int, place: Place) -> None:
    """At the start and behind cursors, for every size."""
    after = str(place.page(first=rows_before)["pageInfo"]["endCursor"]) if rows_before else ""
    arguments = ["--first", str(first), *(["--after", after] if after else [])]
    result = place.sign(*arguments)
    if after and first > 98:
        assert result.exit_code == 1
        assert "98 behind a cursor" in result.output
        return
    place.emulator.journal.clear()
    answer = run_curl(section(result.output, "Signed, through the gateway")[0])
    assert "errors" not in answer
    (call,) = place.emulator.journal
    assert section(result.output, "The request to the upstream")[0].endswith(call.target)


def test_without_a_key_it_prints_what_to_sign(place: Place) -> None:
    """The canonical request, and no signature."""
    output = place.sign("--first", "3", key=None).output
    canonical = section(output, "Canonical request")
    assert canonical[:3] == ["GET", f"/v1/{PROJECT}/asset/thumbnails/", "limit=4&offset=0"]
    assert canonical[3] == f"host:{place.upstream.removeprefix('http://')}"
    assert "Not signed" in output
    assert "curl" not in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--after", "nonsense"], "cursor cannot be read"),
        (["--first", "101"], "100 at most"),
        (["--asset-id", ""], "`assetId` is empty"),
        (["--task-id", "\n"], "control character"),
        (["--snapshots"], "needs a --task-id"),
        (["--snapshots", "--task-id", "x", "--asset-id", "y"], "takes no --asset-id"),
    ],
)
def test_what_the_gateway_would_refuse_is_not_signed(arguments: list[str], message: str, place: Place) -> None:
    """With the gateway's own words."""
    result = place.sign(*arguments)
    assert result.exit_code in {1, 2}
    assert message in result.output
    assert "Signature" not in result.output


def test_a_cursor_of_another_list_is_not_signed(place: Place) -> None:
    """As the gateway would refuse it, after the call has been signed for nothing."""
    after = place.page(first=3)["pageInfo"]["endCursor"]
    result = place.sign("--asset-id", "another", "--after", after)
    assert result.exit_code == 1
    assert "belongs to another list" in result.output


@pytest.mark.parametrize(
    ("url", "project", "name"),
    [
        ("vod.example.com", "p", "GATEWAY_UPSTREAM_URL"),
        ("https://[:::::]", "p", "GATEWAY_UPSTREAM_URL"),
        ("http://vod.example.com", "p", "GATEWAY_UPSTREAM_URL"),
        ("https://vod.example.com", "p/../x", "GATEWAY_PROJECT_ID"),
    ],
)
def test_what_no_gateway_would_start_with_is_not_signed(url: str, project: str, name: str) -> None:
    """By the rules of the settings, in one line."""
    result = CliRunner().invoke(main, ["sign", "--url", url, "--project", project], env={})
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {name}")
    assert result.output.count("\n") == 1
    allowed = {"GATEWAY_UPSTREAM_PLAIN_HTTP": "true"}
    plain = CliRunner().invoke(main, ["sign", "--url", "http://vod.example.com", "--project", "p"], env=allowed)
    assert plain.exit_code == 0


def test_half_a_key_is_told() -> None:
    """AK and SK belong together, and url and project are needed."""
    options = ["sign", "--url", "https://vod.example.com", "--project", "p"]
    half = CliRunner().invoke(main, options, env={"GATEWAY_ACCESS_KEY": "AK"})
    assert half.exit_code == 2
    assert "belong together" in half.output
    nothing = CliRunner().invoke(main, ["sign"], env={})
    assert nothing.exit_code == 2
    assert "GATEWAY_UPSTREAM_URL" in nothing.output
