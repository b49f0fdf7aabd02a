"""What compose.yaml starts, without containers: an emulator, Redis, two gateways, and the real balancer before them."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from gateway.emulator import Emulator, Tenant, serve
from tests.support.house import PROJECT
from tests.support.processes import PATIENCE, Running, running
from tests.support.programs import program
from tests.support.redis import redis_server

COMPOSE = Path(__file__).parents[2] / "deploy" / "compose"
BALANCER = COMPOSE / "haproxy.cfg"
SETTINGS = {name: value or "" for name, value in dotenv_values(COMPOSE / "gateway.env").items()}


@dataclass(frozen=True)
class Replicas:
    """Where the balancer listens, and what stands behind it."""

    url: str
    gateways: list[Running]
    emulator: Emulator


@contextmanager
def replicas(where: Path, *, token: str, size: int) -> Iterator[Replicas]:
    """Serves two gateways behind HAProxy, by the files in deploy/compose, while the block runs.

    Args:
        where: A directory without a `.env` file.
        token: What the emulator admits.
        size: How many tasks it has.
    """
    emulator = Emulator([Tenant(PROJECT, tokens=[token], size=size, clean=True)])
    with ExitStack() as stack:
        upstream = stack.enter_context(serve(emulator))
        store = stack.enter_context(redis_server()).url
        settings = {**SETTINGS, "GATEWAY_UPSTREAM_URL": upstream, "GATEWAY_CACHE": store}
        settings["GATEWAY_LOG_LEVEL"] = "warning"  # access lines would fill the pipe, which nobody empties
        gateways = [
            stack.enter_context(running("serve", "--port", "0", environment=settings, where=where)) for _ in range(2)
        ]
        yield Replicas(stack.enter_context(balancer([each.url for each in gateways])), gateways, emulator)


@contextmanager
def balancer(urls: list[str]) -> Iterator[str]:
    """Runs HAProxy with the committed file before two servers; its base URL."""
    path = program("haproxy")
    first, second = (url.removeprefix("http://") for url in urls)
    with socket.create_server(("127.0.0.1", 0)) as listener:  # HAProxy takes no port 0, but a socket that is there
        process = subprocess.Popen(
            [path, "-db", "-f", str(BALANCER)],
            env={**os.environ, "LISTEN": f"fd@{listener.fileno()}", "FIRST": first, "SECOND": second},
            pass_fds=[listener.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            process.kill()
            process.wait(PATIENCE)
