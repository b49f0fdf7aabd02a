"""compose.yaml: by its schema, and by what it has to agree with."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values

from gateway import __version__
from gateway.cli.emulate import emulate
from gateway.settings import load
from gateway.web.server import FINISH_SECONDS
from tests.support.processes import PATIENCE
from tests.support.programs import program
from tests.support.replicas import BALANCER, SETTINGS

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
GATEWAYS = {name: service for name, service in SERVICES.items() if service.get("command") == ["serve"]}
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
REDIS = dotenv_values(ROOT / "deploy/compose/redis.env")
HELD = {"maxmemory": str(128 * 2**20), "maxmemory-policy": "allkeys-lru", "save": "", "appendonly": "no"}


def schema_says(path: Path) -> int:
    """The exit status of a check against the schema of compose files."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_it_follows_the_schema(tmp_path: Path) -> None:
    """And the schema notices a slip."""
    slip = tmp_path / "compose.yaml"
    slip.write_text((ROOT / "compose.yaml").read_text("utf-8").replace("stop_grace_period", "stop_grace_perid"))
    assert schema_says(ROOT / "compose.yaml") == 0
    assert schema_says(slip) == 1


def test_two_gateways_start_with_the_settings() -> None:
    """Every line of the file is a setting, and the values are good."""
    assert len(GATEWAYS) == 2
    settings = load(SETTINGS, env_file=None)
    for service in GATEWAYS.values():
        assert service["env_file"] == "deploy/compose/gateway.env"
        assert int(service["stop_grace_period"].removesuffix("s")) > settings.drain_seconds + 1 + FINISH_SECONDS
        assert service["image"].partition(":")[2] == __version__


def test_the_parts_find_each_other() -> None:
    """Names, ports and passwords."""
    [emulator] = re.findall(r"^http://(\w+):(\d+)$", SETTINGS["GATEWAY_UPSTREAM_URL"])
    assert f"--port={emulator[1]}" in SERVICES[emulator[0]]["command"]
    [(password, redis)] = re.findall(r"^redis://:([^@]+)@(\w+):6379/0$", SETTINGS["GATEWAY_CACHE"])
    assert redis in SERVICES
    assert password == REDIS["REDISCLI_AUTH"]
    [port] = re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)
    file = BALANCER.read_text("utf-8")
    assert re.findall(r"presetenv (?:FIRST|SECOND) (\S+)", file) == [f"{name}:{port}" for name in GATEWAYS]
    [listens] = re.findall(r"presetenv LISTEN (:\d+)", file)
    assert SERVICES["balancer"]["ports"] == [f"127.0.0.1:8000{listens}"]


def test_only_this_machine_can_reach_it() -> None:
    """Demonstration passwords are public."""
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_emulator_has_the_project_and_a_picture_has_an_address() -> None:
    """Its options are those of the command; browsers reach what is published."""
    command, *options = SERVICES["emulator"]["command"]
    given = emulate.make_context(command, list(options)).params
    assert given["project"] == SETTINGS["GATEWAY_PROJECT_ID"]
    assert SERVICES["emulator"]["ports"] == [f"127.0.0.1:{given['public_url'].rpartition(':')[2]}:{given['port']}"]


def test_files_that_are_named_exist() -> None:
    """Settings and mounted files."""
    files = [service["env_file"] for service in SERVICES.values() if "env_file" in service]
    files += [mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])]
    assert files
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_images_are_pinned() -> None:
    """None is `latest`."""
    assert all(re.search(r":\d+\.\d+", service["image"]) for service in SERVICES.values())


def test_the_balancers_file_is_good() -> None:
    """By HAProxy itself; only the containers' names are unknown here."""
    checked = subprocess.run(
        [program("haproxy"), "-c", "-f", str(BALANCER)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0
    warnings = [line for line in checked.stderr.splitlines() if "WARNING" in line]
    assert all("could not resolve address 'gateway-" in line for line in warnings), warnings


def test_redis_is_a_cache_with_a_password(tmp_path: Path) -> None:
    """The real program, started by the committed command: its settings hold, and strangers are refused."""
    program("redis-server")
    password = {"REDISCLI_AUTH": REDIS["REDISCLI_AUTH"] or ""}
    shell, option, script = SERVICES["redis"]["command"]
    redis = subprocess.Popen(
        [shell, option, f"{script.strip().replace('$$', '$')} --port 0 --unixsocket redis.sock"],
        env={**os.environ, **password},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert redis.stdout is not None
        assert any("ready to accept connections" in line.lower() for line in redis.stdout)
        assert asked_redis(tmp_path, {}, "PING")[0].startswith("NOAUTH")
        held = [asked_redis(tmp_path, password, "CONFIG", "GET", name) for name in HELD]
        assert dict(held) == HELD
    finally:
        redis.kill()
        redis.communicate(timeout=PATIENCE)


def asked_redis(where: Path, login: dict[str, str], *words: str) -> list[str]:
    """What redis-cli prints, line by line."""
    command = [program("redis-cli"), "-s", "redis.sock", *words]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=where, env=login, timeout=PATIENCE)
    return answer.stdout.splitlines()
