import httpx
import pytest

from gateway.emulator import Emulator, Tenant
from tests.emulator.conftest import DETAILS, OTHER_PROJECT, PROJECT, TASKS


async def test_a_walk_reads_every_task_once(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """Pages of 100 one behind the other give the whole list, with the total in each."""
    seen = []
    for offset in range(0, 300, 100):
        page = (await client.get(TASKS, params={"offset": offset, "limit": 100})).json()
        assert page["total"] == 250
        seen += [row["task_id"] for row in page["thumbnails"]]
    assert seen == emulator.catalogue(PROJECT).task_ids()


async def test_defaults_and_walls(client: httpx.AsyncClient) -> None:
    """10 tasks and 20 snapshots without a limit; offsets to 20000 and 20480, not one more."""
    rows = (await client.get(TASKS)).json()["thumbnails"]
    assert len(rows) == 10
    task = max(rows, key=lambda row: row["thumbnail_count"])
    details = (await client.get(DETAILS, params={"task_id": task["task_id"]})).json()
    assert details["total"] == task["thumbnail_count"]
    assert len(details["thumbnail_result"]) == 20
    for path, wall in ((TASKS, 20_000), (DETAILS, 20_480)):
        params = {"task_id": task["task_id"], "offset": wall}
        assert (await client.get(path, params=params)).status_code == 200
        refused = await client.get(path, params={**params, "offset": wall + 1})
        assert refused.status_code == 400
        assert refused.json() == {
            "error_code": "VOD.10053",
            "error_msg": "The request parameter is illegal, illegal field: {offset}.",
        }


async def test_the_details_need_a_task(client: httpx.AsyncClient) -> None:
    """Without a task id they are refused; of an unknown task there are none."""
    assert (await client.get(DETAILS)).json()["error_msg"].endswith("illegal field: {task_id}.")
    assert (await client.get(f"{DETAILS}?task_id=unknown")).json() == {"total": 0, "thumbnail_result": []}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", f"/v2/{PROJECT}/asset/thumbnails"),
        ("GET", f"{TASKS}/"),
        ("GET", f"/v1/{PROJECT}/asset%2Fthumbnails"),
        ("POST", TASKS),
        ("DELETE", TASKS),
    ],
)
async def test_what_is_not_published(client: httpx.AsyncClient, method: str, path: str) -> None:
    """Another path or method is 404 APIGW.0101, before any credential is looked at."""
    answer = await client.request(method, path, headers={"X-Auth-Token": "stranger"})
    assert answer.status_code == 404
    assert answer.json()["error_code"] == "APIGW.0101"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (TASKS, {"X-Auth-Token": "t" * 32_700}, 401),
        (TASKS, {"X-Auth-Token": "t" * 32_800}, 494),
        (TASKS, {f"X-{number}": "t" * 30_000 for number in range(5)}, 494),
        (f"{TASKS}?task_id={'a' * 32_800}", {}, 414),
    ],
)
async def test_what_is_too_large(client: httpx.AsyncClient, path: str, headers: dict[str, str], status: int) -> None:
    """A header over 32 KB, headers over 128 KB, a request line over 32 KB are not carried."""
    assert (await client.get(path, headers=headers)).status_code == status


async def test_projects_do_not_see_each_other(client: httpx.AsyncClient) -> None:
    """Each project has its own rows; the token of one opens nothing of the other."""
    other = f"/v1/{OTHER_PROJECT}/asset/thumbnails"
    mine = (await client.get(TASKS, params={"limit": 100})).json()["thumbnails"]
    theirs = (await client.get(other, headers={"X-Auth-Token": "other-token"})).json()["thumbnails"]
    assert len(theirs) == 3
    assert not {row["task_id"] for row in mine} & {row["task_id"] for row in theirs}
    assert (await client.get(other)).json()["error_code"] == "VOD.10057"


async def test_every_answer_has_a_request_id_of_its_own(client: httpx.AsyncClient) -> None:
    """Successes and refusals alike."""
    answers = [await client.get(path) for path in (TASKS, TASKS, "/nothing", f"{TASKS}?limit=0")]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 4


async def test_the_vendors_example_is_a_tenant() -> None:
    """The example of the vendor's page comes out byte for byte, blanks aside."""
    emulator = Emulator([Tenant(PROJECT, tokens=["t"], rows=[{"thumbnail_para": None}], total=0)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(emulator.app), base_url="http://e.test") as client:
        answer = await client.get(TASKS, headers={"X-Auth-Token": "t"})
        assert answer.content == b'{"total":0,"thumbnails":[{"thumbnail_para":null}]}'
        assert (await client.get("/_emulator")).status_code == 404


async def test_pictures_are_where_they_are_said_to_be() -> None:
    """A public url, if given, is what picture urls begin with."""
    rows = [{"task_id": "ab", "thumbnail_count": 1}]
    emulator = Emulator([Tenant(PROJECT, tokens=["t"], rows=rows)], public_url="https://pictures.test")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(emulator.app), base_url="http://e.test") as client:
        answer = await client.get(f"{DETAILS}?task_id=ab", headers={"X-Auth-Token": "t"})
    assert answer.json()["thumbnail_result"][0]["url"] == "https://pictures.test/snapshot/sample/ab/0.jpg"


def test_a_project_must_be_named_among_several(emulator: Emulator) -> None:
    """With several tenants an edit must say whose list it means."""
    with pytest.raises(KeyError, match="there are"):
        emulator.insert(count=1)
    with pytest.raises(KeyError, match="nobody"):
        emulator.insert("nobody")
