from typing import Any

import httpx
import pytest

from gateway.emulator import Emulator
from tests.emulator.conftest import DETAILS, PROJECT, TASKS


async def payload(client: httpx.AsyncClient, emulator: Emulator, kind: str, **options: Any) -> Any:
    """A page of ten tasks, spoilt once."""
    emulator.fault(kind, times=1, **options)
    answer = await client.get(TASKS)
    assert answer.status_code == 200
    return answer.json()


async def test_wrong_types(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """Texts for numbers and the like, in every row."""
    for row in (await payload(client, emulator, "wrong_types"))["thumbnails"]:
        assert row["task_id"] == 12345
        assert row["thumbnail_count"] == "many"
        assert row["thumbnail_para"]["dots"] == 7


async def test_unknown_fields(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """New fields and enum values beside the known ones."""
    spoilt = await payload(client, emulator, "unknown_fields")
    assert spoilt["next_marker"] == "abc"
    assert {row["thumbnail_para"]["type"] for row in spoilt["thumbnails"]} == {"sprite"}
    assert all("create_time" in row and "task_id" in row for row in spoilt["thumbnails"])


async def test_big_integers(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """Beyond 32 and beyond 64 bits."""
    for row in (await payload(client, emulator, "big_integers"))["thumbnails"]:
        assert row["thumbnail_count"] == 2**31
        assert row["thumbnail_para"]["max_length"] == 2**63
        assert row["thumbnail_para"]["quantity_time"] == 10**30


@pytest.mark.parametrize(
    ("value", "expected"),
    [("null", None), ("too_small", 9), ("too_big", 1250), ("negative", -1), ("text", "7"), (4, 4), (0, 0)],
)
async def test_contradicting_totals(
    client: httpx.AsyncClient, emulator: Emulator, value: str | int, expected: object
) -> None:
    """A total that cannot be true, with the rows as they are."""
    spoilt = await payload(client, emulator, "total", value=value)
    assert spoilt["total"] == expected
    assert len(spoilt["thumbnails"]) == 10


async def test_no_total(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """The rows alone."""
    assert set(await payload(client, emulator, "total", value="missing")) == {"thumbnails"}


async def test_reordered(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """The same rows in another order, the same one for the same seed."""
    first, again, other = [await payload(client, emulator, "reordered", seed=seed) for seed in (1, 1, 2)]
    true = (await client.get(TASKS)).json()
    assert first == again != other
    assert first["thumbnails"] != true["thumbnails"]
    assert sorted(map(str, first["thumbnails"])) == sorted(map(str, true["thumbnails"]))


async def test_one_unreadable_row(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """One row is no object, its neighbours are as they were; behind the last row nothing happens."""
    spoilt = await payload(client, emulator, "unreadable_row", index=3, row="rubbish")
    true = (await client.get(TASKS)).json()
    assert spoilt["thumbnails"].pop(3) == "rubbish"
    true["thumbnails"].pop(3)
    assert spoilt == true
    assert len((await payload(client, emulator, "unreadable_row", index=10))["thumbnails"]) == 10


async def test_no_rows(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """A total without a list, or with null for it."""
    assert await payload(client, emulator, "no_rows") == {"total": 250}
    assert await payload(client, emulator, "no_rows", null=True) == {"total": 250, "thumbnails": None}


@pytest.mark.parametrize("kind", ["wrong_types", "big_integers", "reordered", "unreadable_row", "no_rows", "total"])
async def test_details_are_spoilt_too(client: httpx.AsyncClient, emulator: Emulator, kind: str) -> None:
    """Each of these spoils a page of snapshots as well."""
    rows = (await client.get(TASKS)).json()["thumbnails"]
    task = max(rows, key=lambda row: row["thumbnail_count"])["task_id"]
    true = (await client.get(DETAILS, params={"task_id": task})).json()
    emulator.fault(kind)
    assert (await client.get(DETAILS, params={"task_id": task})).json() != true


async def test_literal_rows_stay_as_they_are(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """A fault spoils one answer, never the list itself."""
    emulator.insert(PROJECT, rows=[{"task_id": "mine", "thumbnail_para": {"type": "time"}}, 17])
    for kind in ("wrong_types", "unknown_fields", "big_integers"):
        await payload(client, emulator, kind)
    rows = (await client.get(TASKS)).json()["thumbnails"]
    assert rows[:2] == [{"task_id": "mine", "thumbnail_para": {"type": "time"}}, 17]
