"""SIGTERM under load: what was sent is answered."""

import asyncio
import signal
from pathlib import Path

import pytest

from gateway.emulator import Emulator, Tenant, serve
from tests.support.house import PROJECT, TOKEN
from tests.support.persistent import PROBE, REQUEST, Tally, client
from tests.support.processes import running


@pytest.mark.parametrize("options", [(), ("--workers", "2")])
async def test_no_request_is_lost(options: tuple[str, ...], tmp_path: Path) -> None:
    """Clients on kept connections and new ones get every answer; `/readyz` fails while they are still served."""
    emulator = Emulator([Tenant(PROJECT, tokens=[TOKEN], size=30, clean=True)])
    with serve(emulator) as url:
        settings = {
            "GATEWAY_UPSTREAM_URL": url,
            "GATEWAY_PROJECT_ID": PROJECT,
            "GATEWAY_DRAIN_SECONDS": "1",
            "GATEWAY_LOG_LEVEL": "warning",
        }
        command = ("serve", "--port", "0", *options)
        with running(*command, environment=settings, where=tmp_path) as gateway:
            port = int(gateway.url.rpartition(":")[2])
            tally = Tally()
            async with asyncio.timeout(60), asyncio.TaskGroup() as clients:
                for _ in range(8):
                    clients.create_task(client(port, tally, REQUEST))
                clients.create_task(client(port, tally, PROBE))
                await tally.many.wait()
                ended = await asyncio.to_thread(gateway.end, signal.SIGTERM)
            assert ended in {0, -signal.SIGTERM}
            assert gateway.complaints == ""
    assert tally.lost == []
    assert tally.closing > 8  # served on, with `Connection: close`
    assert tally.probes[0] == 200
    assert tally.probes[-1] == 503
