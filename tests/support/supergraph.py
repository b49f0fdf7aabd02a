"""The example supergraph on sockets of 127.0.0.1: an emulator, the gateway, the assets, and a real router."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from gateway.emulator import Emulator, Tenant, serve
from tests.support.house import PROJECT
from tests.support.processes import stop

EXAMPLE = "examples/supergraph"
ALICE, BOB = "token-of-alice", "token-of-bob"
BOBS_PROJECT = "f" * 32
ASSETS = 154

_PATIENCE = 60
"""Seconds until a server that does not answer counts as broken."""


@dataclass(frozen=True)
class Supergraph:
    """What a test holds in its hands."""

    emulator: Emulator
    router: str
    assets: str
    gateway: str

    async def ask(
        self, query: str, *, token: str | None = ALICE, variables: Mapping[str, Any] | None = None, **headers: str
    ) -> dict[str, Any]:
        """Asks the router; the whole answer."""
        sent = {**({"X-Auth-Token": token} if token else {}), **headers}
        async with httpx.AsyncClient(timeout=_PATIENCE) as client:
            body = {"query": query, "variables": variables or {}}
            answer: dict[str, Any] = (await client.post(self.router, json=body, headers=sent)).json()
        return answer


@contextmanager
def running(command: Sequence[str | Path], folder: Path, url: str, **environment: str) -> Iterator[None]:
    """Runs a server while the block runs; it is ready once its URL answers."""
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait(process, url)
        yield
    finally:
        stop(process)


@contextmanager
def assets_subgraph(folder: Path) -> Iterator[str]:
    """The example's second subgraph; its URL."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}/graphql"
    with running([sys.executable, "assets.py", "--port", str(port), "--size", str(ASSETS)], folder, url):
        yield url


@contextmanager
def supergraph(folder: Path, scratch: Path) -> Iterator[Supergraph]:
    """The whole of the example, over an emulator with two projects and a token for each."""
    emulator = Emulator(
        [
            Tenant(PROJECT, tokens=[ALICE], size=ASSETS * 8, assets=ASSETS, clean=True),
            Tenant(BOBS_PROJECT, tokens=[BOB], rows=[], assets=ASSETS),
        ]
    )
    gateway_port, router_port = _free_port(), _free_port()
    gateway_url, router_url = (f"http://127.0.0.1:{port}/graphql" for port in (gateway_port, router_port))
    composed = scratch / "supergraph.graphql"
    with ExitStack() as stack:
        upstream = stack.enter_context(serve(emulator))
        serving = [sys.executable, "-m", "gateway", "serve", "--port", str(gateway_port)]
        settings = {
            "GATEWAY_UPSTREAM_URL": upstream,
            "GATEWAY_PROJECT_ID": PROJECT,
            "GATEWAY_CALLERS_CHOOSE_PROJECT": "true",
        }
        stack.enter_context(running(serving, folder, f"http://127.0.0.1:{gateway_port}/livez", **settings))
        assets_url = stack.enter_context(assets_subgraph(folder))
        places = {"THUMBNAILS_URL": gateway_url, "ASSETS_URL": assets_url, "SUPERGRAPH": str(composed)}
        subprocess.run(["node", "compose.mjs"], cwd=folder, env={**os.environ, **places}, check=True, timeout=_PATIENCE)
        router: list[str | Path] = [folder / "node_modules/.bin/hive-gateway", "supergraph", "-c", "gateway.config.mjs"]
        stack.enter_context(running(router, folder, router_url, **places, PORT=str(router_port)))
        yield Supergraph(emulator, router_url, assets_url, gateway_url)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    """Asks until something answers; a server on a socket offers no other sign that all of them share."""
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            httpx.get(url, params={"query": "{ __typename }"}, headers={"Accept": "application/json"}, timeout=5)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    process.kill()
    output, _ = process.communicate()
    raise AssertionError(f"{url} does not answer: {output.decode(errors='replace')[-2_000:]}")
