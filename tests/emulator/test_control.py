from typing import Any

import httpx
import pytest

from gateway.emulator import Emulator
from tests.emulator.conftest import OTHER_PROJECT, PROJECT, TASKS


async def test_edits_over_http(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """Insert, remove, move and scripts do what the methods do, and tell what they did."""
    catalogue = emulator.catalogue(PROJECT)
    new = (await client.post("/_emulator/insert", json={"project": PROJECT, "at": 1, "count": 2})).json()["result"]
    assert catalogue.task_ids(1, 2) == new
    moved = await client.post("/_emulator/move", json={"project": PROJECT, "at": 1, "to": 0})
    assert moved.json() == {"result": 1}
    assert catalogue.task_ids(0, 1) == new[:1]
    removed = await client.post("/_emulator/remove", json={"project": PROJECT, "task_id": new[0]})
    assert removed.json() == {"result": 1}
    literal = {"project": PROJECT, "rows": [{"task_id": "mine"}]}
    assert (await client.post("/_emulator/insert", json=literal)).json() == {"result": ["mine"]}
    script = {"project": PROJECT, "before": 1, "edit": "remove", "count": 2}
    assert (await client.post("/_emulator/script", json=script)).json() == {"result": None}
    assert (await client.get(TASKS)).json()["total"] == 250


async def test_state_settings_and_journal(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """The state lists projects, settings and faults; settings change; the journal is read and cleared."""
    await client.get(TASKS)
    await client.post("/_emulator/fault", json={"kind": "status", "times": 3})
    changed = await client.post("/_emulator/settings", json={"latency": 0.001, "calls_per_minute": 5})
    assert changed.json()["result"] == (await client.get("/_emulator")).json()
    assert changed.json()["result"] == {
        "projects": {PROJECT: 250, OTHER_PROJECT: 3},
        "latency": 0.001,
        "calls_per_minute": 5,
        "faults": [
            {"kind": "status", "times": 3, "share": 1.0, "seed": 0, "path": "", "project": ""}
            | {"status": 503, "code": None, "message": None}
        ],
        "calls": 1,
    }
    assert emulator.latency == 0.001
    assert (await client.get(TASKS)).status_code == 503
    journal = (await client.get("/_emulator/journal")).json()
    assert [(call["number"], call["status"], call["fault"]) for call in journal] == [(1, 200, []), (2, 503, ["status"])]
    assert (await client.delete("/_emulator/journal")).json() == []
    await client.post("/_emulator/clear")
    assert (await client.get(TASKS)).status_code == 200


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("insert", {"project": "nobody"}),
        ("insert", {"project": PROJECT, "asset_id": "f" * 32}),
        ("insert", {"colour": "red"}),
        ("script", {"project": PROJECT, "before": 0, "edit": "insert"}),
        ("script", {"project": PROJECT, "before": 1, "edit": "explode"}),
        ("script", {"project": PROJECT, "before": 1, "edit": "insert", "colour": "red"}),
        ("fault", {"kind": "meteor"}),
        ("fault", {"kind": "status", "status": "bad"}),
        ("fault", {"kind": "status", "colour": "red"}),
        ("settings", {"latency": -1}),
        ("settings", {"colour": "red"}),
        ("remove", [1]),
    ],
)
async def test_mistakes_are_told(client: httpx.AsyncClient, name: str, body: Any) -> None:
    """A wrong argument is a 400 that says which."""
    answer = await client.post(f"/_emulator/{name}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
