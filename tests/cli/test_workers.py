"""`serve --workers`: one socket, several processes."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from gateway.emulator import Emulator, Tenant, serve
from tests.observability.test_metrics import value
from tests.support.house import PAGE, PROJECT, TOKEN
from tests.support.persistent import REQUEST, Tally, client
from tests.support.processes import PATIENCE, run, running
from tests.support.programs import program

ADMIN = "an-admin-token-of-ours"


def children(pid: int) -> set[int]:
    """The worker processes of a process: its children that hold a socket to serve on."""
    listed = subprocess.run(
        [program("ps"), "-ww", "-o", "pid=", "-o", "args=", "--ppid", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return {int(line.split()[0]) for line in listed.stdout.splitlines() if "spawn_main" in line}


def ask(url: str) -> int:
    """Asks on a connection of its own, until a worker answers; the status."""
    body = {"query": PAGE, "variables": {"first": 3}}
    return httpx.post(f"{url}/graphql", json=body, headers={"X-Auth-Token": TOKEN}, timeout=PATIENCE).status_code


def wait_for_count(url: str, requests: int) -> None:
    """Until so many requests are on the page: one is counted just after its last octet is sent."""
    end = time.monotonic() + PATIENCE
    counted: float | None = None
    while counted != requests:
        assert time.monotonic() < end, counted
        page = httpx.get(f"{url}/metrics", headers={"Authorization": f"Bearer {ADMIN}"}).content
        counted = value(page, "vod_gateway_requests_total", outcome="ok", code="")


def test_a_worker_that_dies_is_replaced_and_the_counts_are_one(tmp_path: Path) -> None:
    """The others go on, another one starts; `/metrics` of any worker shows what all of them counted."""
    emulator = Emulator([Tenant(PROJECT, tokens=[TOKEN], size=30, clean=True)])
    with serve(emulator) as upstream:
        settings = {
            "GATEWAY_UPSTREAM_URL": upstream,
            "GATEWAY_PROJECT_ID": PROJECT,
            "GATEWAY_ADMIN_TOKEN": ADMIN,
            "GATEWAY_DRAIN_SECONDS": "0",
        }
        with running("serve", "--port", "0", "--workers", "2", environment=settings, where=tmp_path) as gateway:
            before = children(gateway.process.pid)
            assert len(before) == 2
            assert [ask(gateway.url) for _ in range(20)] == [200] * 20
            wait_for_count(gateway.url, 20)
            victim = min(before)
            os.kill(victim, signal.SIGKILL)
            end = time.monotonic() + PATIENCE
            while len(after := children(gateway.process.pid) - {victim}) < 2:
                assert time.monotonic() < end
                time.sleep(0.05)  # waits for another process, which has nothing else to wait by
            assert [ask(gateway.url) for _ in range(5)] == [200] * 5
            wait_for_count(gateway.url, 25)
            assert gateway.end(signal.SIGTERM) in {0, -signal.SIGTERM}
            assert f"worker {victim} ended with status -9" in gateway.complaints
            assert not children(gateway.process.pid)
        assert len(before | after) == 3


async def test_a_worker_that_is_killed_costs_its_clients_one_request_each(tmp_path: Path) -> None:
    """What was under way in it is lost; no connection is refused, and asking again is answered at once."""
    emulator = Emulator([Tenant(PROJECT, tokens=[TOKEN], size=30, clean=True)])
    with serve(emulator) as upstream:
        settings = {
            "GATEWAY_UPSTREAM_URL": upstream,
            "GATEWAY_PROJECT_ID": PROJECT,
            "GATEWAY_LOG_LEVEL": "warning",
            "GATEWAY_DRAIN_SECONDS": "1",
        }
        with running("serve", "--port", "0", "--workers", "2", environment=settings, where=tmp_path) as gateway:
            port = int(gateway.url.rpartition(":")[2])
            before, tally = children(gateway.process.pid), Tally()
            async with asyncio.timeout(2 * PATIENCE), asyncio.TaskGroup() as clients:
                for number in range(8):
                    clients.create_task(client(port, tally, REQUEST, keeps=number < 6))
                await tally.many.wait()
                victim = min(before)
                os.kill(victim, signal.SIGKILL)
                while len(await asyncio.to_thread(children, gateway.process.pid) - {victim}) < 2:
                    pass
                lost, tally.answered = len(tally.lost), 0
                tally.many.clear()
                await tally.many.wait()
                assert tally.refused == 0
                assert await asyncio.to_thread(gateway.end, signal.SIGTERM) in {0, -signal.SIGTERM}
    assert len(tally.lost) == lost <= 8
    assert f"worker {victim} ended with status -9" in gateway.complaints


def ended(where: Path, port: str, settings: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Two workers that cannot start, when all is over."""
    return run("serve", "--workers", "2", "--port", port, environment=settings, where=where)


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    """As with one process."""
    with serve(Emulator([Tenant(PROJECT)])) as url:
        settings = {"GATEWAY_UPSTREAM_URL": url, "GATEWAY_PROJECT_ID": PROJECT}
        refused = ended(tmp_path, url.rpartition(":")[2], settings)
    assert refused.returncode == 1
    assert "Address already in use" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_what_no_worker_can_start_with_ends_all(tmp_path: Path) -> None:
    """A manifest that cannot be read: they are not started again and again."""
    (tmp_path / "manifest.json").write_text("no JSON")
    settings = {
        "GATEWAY_UPSTREAM_URL": "http://127.0.0.1:1",
        "GATEWAY_PROJECT_ID": PROJECT,
        "GATEWAY_TRUSTED_DOCUMENTS": "manifest.json",
    }
    refused = ended(tmp_path, "0", settings)
    assert refused.returncode == 1
    assert "GATEWAY_TRUSTED_DOCUMENTS" in refused.stderr
