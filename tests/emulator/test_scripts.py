import httpx
import pytest

from gateway.emulator import Emulator
from tests.emulator.conftest import OTHER_PROJECT, PROJECT, TASKS


async def test_the_list_changes_during_a_walk(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """An edit is made just before the call it waits for, and only once."""
    emulator.script(PROJECT, before=2, edit="insert", at=0, count=5)
    emulator.script(PROJECT, before=3, edit="remove", at=0, count=1)
    emulator.script(PROJECT, before=3, edit="move", at=0, to=9)
    totals = [(await client.get(TASKS)).json()["total"] for _ in range(4)]
    assert totals == [250, 255, 254, 254]


async def test_calls_are_counted_by_project(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """Calls of another project, and refused ones, do not bring a script forward; clearing forgets it."""
    emulator.script(PROJECT, before=1, edit="insert")
    other = f"/v1/{OTHER_PROJECT}/asset/thumbnails"
    assert (await client.get(other, headers={"X-Auth-Token": "other-token"})).json()["total"] == 3
    assert (await client.get(TASKS, headers={"X-Auth-Token": "stranger"})).status_code == 401
    emulator.clear()
    assert (await client.get(TASKS)).json()["total"] == 250


def test_calls_are_counted_from_one(emulator: Emulator) -> None:
    """There is no call before the next one."""
    with pytest.raises(ValueError, match="from 1"):
        emulator.script(PROJECT, before=0, edit="insert")
