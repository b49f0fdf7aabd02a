import httpx
import msgspec
import pytest

from gateway.emulator import Emulator
from tests.emulator.conftest import DETAILS, OTHER_PROJECT, TASKS


async def statuses(client: httpx.AsyncClient, path: str, count: int) -> list[int]:
    return [(await client.get(path)).status_code for _ in range(count)]


async def test_the_next_few_calls(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """A fault strikes as often as it was told, then it is gone; the next one waits its turn."""
    emulator.fault("status", status=500, times=2)
    emulator.fault("status", status=502, times=1)
    assert len(emulator.faults.waiting()) == 2
    assert await statuses(client, TASKS, 4) == [500, 500, 502, 200]
    assert emulator.faults.waiting() == []


async def test_a_share_of_the_calls(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """About the share is struck; the same calls for the same seed, others for another."""
    runs = []
    for seed in (1, 1, 2):
        emulator.fault("status", share=0.3, seed=seed)
        runs.append(await statuses(client, TASKS, 100))
        emulator.clear()
    assert 15 <= runs[0].count(503) <= 45
    assert runs[0] == runs[1] != runs[2]


async def test_only_some_paths(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """A fault for a path or a project leaves the others alone, and does not count their calls."""
    emulator.fault("status", path="thumbnail/details", times=1)
    emulator.fault("status", status=500, project=OTHER_PROJECT, times=1)
    assert await statuses(client, TASKS, 2) == [200, 200]
    assert await statuses(client, f"{DETAILS}?task_id=a", 2) == [503, 200]
    assert await statuses(client, f"/v1/{OTHER_PROJECT}/asset/thumbnails", 2) == [500, 403]


async def test_the_journal_names_what_struck(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """A fault of the rows and one of the body can strike one call; both are written down."""
    emulator.fault("reordered", times=1)
    emulator.fault("drip", seconds=0, size=1000, times=1)
    await client.get(TASKS)
    await client.get(TASKS)
    assert [call.fault for call in emulator.journal] == [("reordered", "drip"), ()]


async def test_refusals_do_not_use_up_faults_of_the_rows(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """A fault that rewrites rows waits for an answer that has some."""
    emulator.fault("no_rows", times=1)
    assert (await client.get(f"{TASKS}?limit=0")).status_code == 400
    assert (await client.get(TASKS)).json() == {"total": 250}


@pytest.mark.parametrize("options", [{"kind": "meteor"}, {"kind": "drip", "size": "x"}, {"kind": "drip", "time": 1}])
def test_a_fault_must_exist(emulator: Emulator, options: dict[str, object]) -> None:
    """Unknown kinds and options are refused when they are asked for, not when they should strike."""
    with pytest.raises(msgspec.ValidationError):
        emulator.fault(**options)  # type: ignore[arg-type]
