import logging
from typing import Any

import pytest

from tests.support.house import House, open_house

FIELDS = """
{ thumbnailTasks {
    totalCount truncated
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes {
      id taskId thumbnailCount
      parameters { type quantity quantityTime time dots coverPosition format aspectRatio maxLength }
    }
} }
"""

PARAMETERS = (
    "type",
    "quantity",
    "quantityTime",
    "time",
    "dots",
    "coverPosition",
    "format",
    "aspectRatio",
    "maxLength",
)
NOTHING: dict[str, Any] = dict.fromkeys(PARAMETERS)


async def nodes(*rows: object) -> list[dict[str, Any]]:
    """The tasks of literal rows, without errors."""
    async with open_house(rows=rows) as house:
        found: list[dict[str, Any]] = (await house.ask(FIELDS)).data["thumbnailTasks"]["nodes"]
        return found


async def test_every_field_of_a_row() -> None:
    """Each value where it belongs: of the three types, and of a row that says everything at once."""
    rows = [
        {"task_id": "t", "thumbnail_para": {"type": "time", "time": 12, "max_length": 480}, "thumbnail_count": 3},
        {"task_id": "d", "thumbnail_para": {"type": "dots", "dots": [1, 7, None]}},
        {"task_id": "q", "thumbnail_para": {"type": "quantity", "quantity": 10, "quantity_time": 2**31 - 1}},
        {
            "task_id": "a",
            "thumbnail_count": 2,
            "thumbnail_para": {
                "type": "dots",
                "quantity": 1,
                "quantity_time": 2,
                "time": 3,
                "dots": [4, 5],
                "cover_position": 6,
                "format": 1,
                "aspect_ratio": 1,
                "max_length": 7,
            },
        },
    ]
    time, dots, quantity, everything = await nodes(*rows)
    assert (time["taskId"], time["thumbnailCount"]) == ("t", 3)
    assert time["parameters"] == {**NOTHING, "type": "TIME", "time": 12, "maxLength": 480}
    assert dots["parameters"] == {**NOTHING, "type": "DOTS", "dots": [1, 7, None]}
    assert quantity["parameters"] == {**NOTHING, "type": "QUANTITY", "quantity": 10, "quantityTime": 2**31 - 1}
    assert everything["parameters"] == {
        "type": "DOTS",
        "quantity": 1,
        "quantityTime": 2,
        "time": 3,
        "dots": [4, 5],
        "coverPosition": 6,
        "format": "JPG",
        "aspectRatio": "RATIO_16_9",
        "maxLength": 7,
    }


async def test_what_the_upstream_does_not_say_is_null() -> None:
    """No default is filled in: missing, null and empty are passed on as they came."""
    para: dict[str, object] = {"type": None, "dots": [], "aspect_ratio": 0}
    bare, empty, null, nil = await nodes({}, {"thumbnail_para": {}}, {"thumbnail_para": None}, {"thumbnail_para": para})
    assert (bare["taskId"], bare["thumbnailCount"], bare["parameters"]) == (None, None, None)
    assert empty["parameters"] == NOTHING
    assert null["parameters"] is None
    assert nil["parameters"] == {**NOTHING, "dots": [], "aspectRatio": "ADAPTIVE"}


async def test_values_out_of_range_are_passed_on() -> None:
    """The vendor's ranges are the vendor's; nothing is clamped or refused."""
    para = {"type": "time", "time": 101, "quantity": -5, "dots": [-1], "cover_position": 0, "max_length": 0}
    [node] = await nodes({"task_id": "t", "thumbnail_para": para, "thumbnail_count": -2})
    assert node["thumbnailCount"] == -2
    assert [node["parameters"][name] for name in ("time", "quantity", "dots", "coverPosition", "maxLength")] == [
        101,
        -5,
        [-1],
        0,
        0,
    ]


async def test_new_words_of_the_upstream_lose_one_field(caplog: pytest.LogCaptureFixture) -> None:
    """They are UNKNOWN, without an error, and each is logged once however many rows hold it."""
    para = {"type": "sprite", "format": 2, "aspect_ratio": 7, "time": 5}
    with caplog.at_level(logging.WARNING, "gateway"):
        found = await nodes(*[{"task_id": f"t{number}", "thumbnail_para": para} for number in range(5)])
    unknown = {"type": "UNKNOWN", "format": "UNKNOWN", "aspectRatio": "UNKNOWN"}
    assert all(node["parameters"] == {**NOTHING, **unknown, "time": 5} for node in found)
    assert sorted(vars(record)["enum"] for record in caplog.records) == [
        "AspectRatio",
        "ThumbnailFormat",
        "ThumbnailType",
    ]


async def test_an_integer_beyond_32_bits_loses_one_value() -> None:
    """It is null with an error at its path, in a list too; everything around it stands."""
    para = {"type": "dots", "time": 2**31, "dots": [1, 2**31, -(2**31), 10**30], "max_length": 2**31 - 1}
    async with open_house(rows=[{"task_id": "t", "thumbnail_para": para, "thumbnail_count": 2**63}]) as house:
        answer = await house.ask(FIELDS)
    [node] = answer.body["data"]["thumbnailTasks"]["nodes"]
    assert (node["taskId"], node["thumbnailCount"]) == ("t", None)
    assert node["parameters"]["dots"] == [1, None, -(2**31), None]
    assert (node["parameters"]["time"], node["parameters"]["maxLength"]) == (None, 2**31 - 1)
    at = ["thumbnailTasks", "nodes", 0]
    paths = [
        [*at, "thumbnailCount"],
        [*at, "parameters", "time"],
        *([*at, "parameters", "dots", index] for index in (1, 3)),
    ]
    assert sorted(map(str, paths)) == sorted(str(error["path"]) for error in answer.errors)
    assert set(answer.codes) == {"UPSTREAM_INVALID_RESPONSE"}


async def test_a_total_beyond_32_bits_is_null() -> None:
    """The page stands."""
    async with open_house(size=250) as house:
        house.emulator.fault("total", value=2**31)
        answer = await house.ask("{ thumbnailTasks(first: 1) { totalCount nodes { taskId } } }")
    assert answer.body["data"]["thumbnailTasks"]["totalCount"] is None
    assert len(answer.body["data"]["thumbnailTasks"]["nodes"]) == 1
    assert [(error["path"], error["extensions"]["code"]) for error in answer.errors] == [
        (["thumbnailTasks", "totalCount"], "UPSTREAM_INVALID_RESPONSE")
    ]


SNAPSHOTS = """
query ($id: ID!, $first: Int, $after: String) { thumbnailTask(taskId: $id) { snapshots(first: $first, after: $after) {
  edges { cursor node { url offsetSeconds } } nodes { url } totalCount truncated pageInfo { hasNextPage endCursor }
} } }
"""


async def test_the_snapshots_of_a_task() -> None:
    """Address and second of each picture, page by page."""
    rows = [{"task_id": "t", "thumbnail_count": 5, "thumbnail_para": {"type": "time", "time": 10}}]
    async with open_house(rows=rows) as house:
        variables: dict[str, Any] = {"id": "t", "first": 3, "after": None}
        page = (await house.ask(SNAPSHOTS, variables)).data["thumbnailTask"]["snapshots"]
        assert [edge["node"]["offsetSeconds"] for edge in page["edges"]] == [0, 10, 20]
        assert [edge["node"]["url"] for edge in page["edges"]] == [node["url"] for node in page["nodes"]]
        assert page["nodes"][1]["url"].endswith("/t/10.jpg")
        assert (page["totalCount"], page["truncated"], page["pageInfo"]["hasNextPage"]) == (5, False, True)
        variables["after"] = page["pageInfo"]["endCursor"]
        rest = (await house.ask(SNAPSHOTS, variables)).data["thumbnailTask"]["snapshots"]
        assert [edge["node"]["offsetSeconds"] for edge in rest["edges"]] == [30, 40]
        assert rest["pageInfo"]["hasNextPage"] is False


async def test_twenty_snapshots_are_the_default() -> None:
    """As it is the upstream's; null means the same."""
    rows = [{"task_id": "t", "thumbnail_count": 50, "thumbnail_para": {"type": "time", "time": 1}}]
    query = (
        "{ thumbnailTasks { nodes { a: snapshots { nodes { url } } b: snapshots(first: null) { nodes { url } } } } }"
    )
    async with open_house(rows=rows) as house:
        [node] = (await house.ask(query)).data["thumbnailTasks"]["nodes"]
    assert [len(node[name]["nodes"]) for name in "ab"] == [20, 20]


@pytest.mark.parametrize("task_id", [{}, {"task_id": None}, {"task_id": ""}], ids=str)
async def test_a_task_without_an_id_has_no_snapshots(task_id: dict[str, str]) -> None:
    """Null, and no call: without an id the upstream might answer for all tasks."""
    async with open_house(rows=[{**task_id, "thumbnail_count": 5}]) as house:
        answer = await house.ask("{ thumbnailTasks { nodes { taskId snapshots { totalCount } } } }")
        assert answer.data["thumbnailTasks"]["nodes"] == [{"taskId": task_id.get("task_id"), "snapshots": None}]
        assert house.upstream_calls == 1


async def test_a_picture_that_cannot_be_shown_is_a_null_node(house: House) -> None:
    """A second beyond 32 bits, no address, no object: its edge and its neighbours stand."""
    [task_id, *_] = house.emulator.catalogue().task_ids()
    body = '{"total":4,"thumbnail_result":[{"offset":1,"url":"u"},{"offset":2147483648,"url":"u"},{"offset":2},17]}'
    house.emulator.fault("body", text=body, path="thumbnail/details")
    answer = await house.ask(SNAPSHOTS, {"id": task_id})
    page = answer.body["data"]["thumbnailTask"]["snapshots"]
    assert [edge["node"] for edge in page["edges"]] == [{"url": "u", "offsetSeconds": 1}, None, None, None]
    assert all(edge["cursor"] for edge in page["edges"])
    assert [node and node["url"] for node in page["nodes"]] == ["u", "u", None, None]
    assert set(answer.codes) == {"UPSTREAM_INVALID_RESPONSE"}


async def test_snapshots_out_of_range_are_bad_input(house: House) -> None:
    """Their own `first` and cursors are checked like the tasks'."""
    for arguments in ("first: -1", "first: 1001", 'after: "x"'):
        answer = await house.ask(
            f"{{ thumbnailTasks(first: 1) {{ nodes {{ taskId snapshots({arguments}) {{ truncated }} }} }} }}"
        )
        assert answer.codes == ["BAD_USER_INPUT"]
        [node] = answer.body["data"]["thumbnailTasks"]["nodes"]
        assert (bool(node["taskId"]), node["snapshots"]) == (True, None)
