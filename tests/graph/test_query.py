import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.emulator import Tenant
from tests.support.house import PROJECT, TOKEN, House, open_house

NODE = "query ($id: ID!) { node(id: $id) { __typename id ... on ThumbnailTask { taskId thumbnailCount } } }"
TASK = "query ($id: ID!) { thumbnailTask(taskId: $id) { id taskId } }"
ODD = "a b+c/~é=&*"


async def test_ten_tasks_are_the_default(house: House) -> None:
    """Null and nothing at all mean the same, for the size, the filters and the cursor."""
    query = """query ($n: Int, $i: ID, $s: String, $ten: Int = 10) {
      a: thumbnailTasks { nodes { id } }
      b: thumbnailTasks(first: null, assetId: null, taskId: null, after: null) { nodes { id } }
      c: thumbnailTasks(first: $n, assetId: $i, taskId: $i, after: $s) { nodes { id } }
      d: thumbnailTasks(first: $ten, after: "") { nodes { id } }
    }"""
    data = (await house.ask(query)).data
    assert len(data["a"]["nodes"]) == 10
    assert data["a"] == data["b"] == data["c"] == data["d"]


async def test_the_filters_narrow_the_list(house: House) -> None:
    """Each alone and both together."""
    catalogue = house.emulator.catalogue()
    task = str(catalogue.task_ids()[9])
    asset = catalogue.asset_id(task)
    other = next(each for each in catalogue.asset_ids(10) if each != asset)
    page = await house.page(assetId=asset, first=1000)
    assert task in [edge["node"]["taskId"] for edge in page["edges"]]
    assert 0 < page["totalCount"] < 250
    for arguments, found in (({}, [task]), ({"assetId": asset}, [task]), ({"assetId": other}, [])):
        page = await house.page(taskId=task, **arguments)
        assert [edge["node"]["taskId"] for edge in page["edges"]] == found


async def test_numbers_are_ids_too(house: House) -> None:
    """GraphQL's ID takes an integer; the upstream gets its digits."""
    await house.ask("{ thumbnailTasks(taskId: 17, assetId: 18) { totalCount } }")
    assert "asset_id=18" in house.emulator.journal[0].target
    assert "task_id=17" in house.emulator.journal[0].target


async def test_a_task_and_its_node(house: House) -> None:
    """What `thumbnailTask` shows can be asked for again by its `id`, and is the same."""
    task_id = house.emulator.catalogue().task_ids()[5]
    task = (await house.ask(TASK, {"id": task_id})).data["thumbnailTask"]
    node = (await house.ask(NODE, {"id": task["id"]})).data["node"]
    assert task["taskId"] == task_id
    assert (node["__typename"], node["id"], node["taskId"]) == ("ThumbnailTask", task["id"], task_id)


async def test_ids_with_every_character() -> None:
    """Blank, plus, slash, tilde, é, equals, ampersand and star: filter, task, node and snapshots find the one."""
    row = {"task_id": ODD, "thumbnail_count": 1, "thumbnail_para": {"type": "dots", "dots": [3]}}
    async with open_house(rows=[{"task_id": "a"}, row, {"task_id": "a b"}]) as house:
        assert [edge["node"]["taskId"] for edge in (await house.page(taskId=ODD))["edges"]] == [ODD]
        task = (await house.ask(TASK, {"id": ODD})).data["thumbnailTask"]
        assert (await house.ask(NODE, {"id": task["id"]})).data["node"]["taskId"] == ODD
        query = "query ($id: ID!) { thumbnailTask(taskId: $id) { snapshots { nodes { offsetSeconds } } } }"
        found = (await house.ask(query, {"id": ODD})).data["thumbnailTask"]["snapshots"]["nodes"]
        assert found == [{"offsetSeconds": 3}]


@pytest.mark.parametrize("refused", [False, True])
async def test_an_unknown_task_is_null(house: House, refused: bool) -> None:  # noqa: FBT001  a parameter of a test
    """Whether the upstream answers an empty list or says that it knows none: null, without an error."""
    if refused:
        house.emulator.fault("status", status=403, code="VOD.10062")
    node_id = base64.urlsafe_b64encode(b"ThumbnailTask:nobody").decode()
    assert (await house.ask(TASK, {"id": "nobody"})).data == {"thumbnailTask": None}
    assert (await house.ask(NODE, {"id": node_id})).data == {"node": None}


async def test_a_listing_that_is_not_found_is_an_error(house: House) -> None:
    """Of a filter by an asset that the upstream does not know, the caller is told."""
    house.emulator.fault("status", status=403, code="VOD.10062")
    answer = await house.ask('{ thumbnailTasks(assetId: "nobody") { totalCount } }')
    assert (answer.codes, answer.body["data"]) == (["NOT_FOUND"], {"thumbnailTasks": None})


async def test_another_task_is_not_passed_off_as_the_one_asked_for(house: House) -> None:
    """An upstream that ignored the filter would answer with its first task."""
    house.emulator.fault("body", text='{"total":1,"thumbnails":[{"task_id":"another"}]}')
    assert (await house.ask(TASK, {"id": "mine"})).data == {"thumbnailTask": None}


async def test_a_task_that_cannot_be_read_is_an_error(house: House) -> None:
    """It is there, so null alone would be wrong."""
    house.emulator.fault("unreadable_row")
    answer = await house.ask(TASK, {"id": house.emulator.catalogue().task_ids()[0]})
    assert (answer.codes, answer.body["data"]) == (["UPSTREAM_INVALID_RESPONSE"], {"thumbnailTask": None})


async def test_rows_without_an_id_have_one_that_is_not_refetchable() -> None:
    """Unique in the list, and refused by `node` before any call."""
    async with open_house(rows=[{"thumbnail_count": 1}, {"thumbnail_count": 1}, {"task_id": ""}]) as house:
        ids = [edge["node"]["id"] for edge in (await house.page())["edges"]]
        assert len(set(ids)) == 3
        house.emulator.journal.clear()
        for each in ids:
            answer = await house.ask(NODE, {"id": each})
            assert answer.errors[0]["extensions"] == {"code": "BAD_USER_INPUT", "reason": "NOT_REFETCHABLE"}
        assert house.upstream_calls == 0


async def test_nodes_of_other_types_are_null(house: House) -> None:
    """Well-formed ids of types that have no refetch here, without a call."""
    for plain in ("Snapshot:1", "Query:1", "Nobody:1"):
        node_id = base64.urlsafe_b64encode(plain.encode()).decode()
        assert (await house.ask(NODE, {"id": node_id})).data == {"node": None}
    assert house.upstream_calls == 0


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_garbage_id_is_bad_input(text: str) -> None:
    """Whatever is sent as a node's id, nothing breaks, and the upstream is not asked."""
    async with open_house(size=1) as house:
        answer = await house.ask(NODE, {"id": text})
        assert answer.status == 200
        assert answer.codes == ["BAD_USER_INPUT"]
        assert house.upstream_calls == 0


async def test_an_id_inside_a_node_id_is_checked_too(house: House) -> None:
    """A node's id is not a way around the checks of `taskId`."""
    for key in ("x" * 1025, "a\nb"):
        node_id = base64.urlsafe_b64encode(f"ThumbnailTask:{key}".encode()).decode()
        answer = await house.ask(NODE, {"id": node_id})
        assert answer.errors[0]["extensions"] == {"code": "BAD_USER_INPUT", "reason": "INVALID_ID"}
    assert house.upstream_calls == 0


async def test_one_failed_field_leaves_the_others_standing() -> None:
    """Aliases of an aggregated answer: each field fails alone, with an error at its own path."""
    tenant = Tenant(PROJECT, tokens=[TOKEN], size=30, assets=3, clean=True)
    async with open_house(tenants=[tenant], upstream_attempts=1) as house:
        bad, good = house.emulator.catalogue().asset_ids(2)
        house.emulator.fault("status", status=503, times=1)
        answer = await house.ask(
            "query ($bad: ID, $good: ID) {"
            " first: thumbnailTasks(assetId: $bad) { totalCount }"
            " second: thumbnailTasks(assetId: $good) { totalCount }"
            ' third: thumbnailTasks(assetId: "") { totalCount }'
            " fourth: thumbnailTasks(first: 1) { nodes { taskId } } }",
            {"bad": bad, "good": good},
        )
    data = answer.body["data"]
    failed = {tuple(error["path"]): error["extensions"]["code"] for error in answer.errors}
    [late] = [name for name in ("first", "second", "fourth") if data[name] is None]
    assert failed == {(late,): "UPSTREAM_UNAVAILABLE", ("third",): "BAD_USER_INPUT"}
    assert data["third"] is None
    assert sum(value is not None for value in data.values()) == 2
