"""Through a real router: the example supergraph behind Hive Gateway."""

import asyncio
import hashlib
from typing import Any

from tests.support.house import PROJECT
from tests.support.supergraph import ALICE, ASSETS, BOB, BOBS_PROJECT, Supergraph

SHELF = """
query Shelf($first: Int!, $after: String, $tasks: Int) {
  assets(first: $first, after: $after) {
    nodes { assetId title thumbnailTasks(first: $tasks) { totalCount nodes { taskId } pageInfo { endCursor } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

ONE = """
query One($id: ID!, $after: String) {
  asset(assetId: $id) {
    title
    thumbnailTasks(first: 2, after: $after) {
      nodes { id taskId snapshots(first: 3) { totalCount nodes { url offsetSeconds } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


async def test_fifty_assets_of_the_other_subgraph_come_with_their_tasks_in_one_query(graph: Supergraph) -> None:
    """At one upstream call for each asset, and at none while the answers are fresh."""
    catalogue = graph.emulator.catalogue(PROJECT)
    answer = await graph.ask(SHELF, variables={"first": 50, "tasks": 90})
    assert "errors" not in answer
    shelf = answer["data"]["assets"]["nodes"]
    assert [asset["assetId"] for asset in shelf] == catalogue.asset_ids(50)
    for asset in shelf:
        ours = [task["taskId"] for task in asset["thumbnailTasks"]["nodes"]]
        assert ours == [row["task_id"] for row in _rows_of(graph, asset["assetId"])]
        assert len(ours) == asset["thumbnailTasks"]["totalCount"] == 8
    assert len(graph.emulator.journal) == 50

    graph.emulator.journal.clear()
    assert await graph.ask(SHELF, variables={"first": 50, "tasks": 90}) == answer
    assert len(graph.emulator.journal) == 0


async def test_an_asset_is_read_to_its_pictures_and_on_to_the_next_page(graph: Supergraph) -> None:
    """The cursor of a page of an asset's tasks is good behind the router too; a call for each task's pictures."""
    asset_id = graph.emulator.catalogue(PROJECT).asset_ids(ASSETS)[60]
    first = (await graph.ask(ONE, variables={"id": asset_id}))["data"]["asset"]["thumbnailTasks"]
    after = first["pageInfo"]["endCursor"]
    second = (await graph.ask(ONE, variables={"id": asset_id, "after": after}))["data"]["asset"]["thumbnailTasks"]
    rows = _rows_of(graph, asset_id)
    assert [task["taskId"] for task in first["nodes"] + second["nodes"]] == [row["task_id"] for row in rows[:4]]
    for task in first["nodes"] + second["nodes"]:
        assert task["snapshots"]["nodes"]
        assert all(task["taskId"] in picture["url"] for picture in task["snapshots"]["nodes"])
    asked = [call.target.split("?")[0].rsplit("/", 1)[-1] for call in graph.emulator.journal]
    assert (asked.count("thumbnails"), asked.count("details")) == (1, 4)


async def test_one_asset_fails_alone(graph: Supergraph) -> None:
    """Its tasks are null, with the code and the upstream's words; all that stands beside it is whole."""
    graph.emulator.fault("status", status=403, code="VOD.10062", times=1)
    after = await _cursor_behind(graph, 70)
    answer = await graph.ask(SHELF, variables={"first": 5, "after": after, "tasks": 1})
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["extensions"]["upstream"]["errorCode"] == "VOD.10062"
    assert error["path"][0] == "assets"
    assert error["path"][-1] == "thumbnailTasks"
    nodes = answer["data"]["assets"]["nodes"]
    assert all(asset["title"] for asset in nodes)
    assert [asset["thumbnailTasks"] is None for asset in nodes].count(True) == 1
    assert [len((asset["thumbnailTasks"] or {"nodes": []})["nodes"]) for asset in nodes].count(1) == 4


async def test_the_tokens_of_two_users_are_kept_apart(graph: Supergraph) -> None:
    """The same question from both at the same time, over and over: each gets what is theirs, and pays alone."""
    asset_ids = graph.emulator.catalogue(PROJECT).asset_ids(3)
    for number, asset_id in enumerate(asset_ids):
        rows = [{"task_id": f"of-bob-{number}"}]
        graph.emulator.insert(BOBS_PROJECT, rows=rows, asset_id=asset_id)
    variables = {"first": 3, "tasks": 90}
    asked = [
        graph.ask(SHELF, variables=variables, token=BOB, **{"X-Project-Id": BOBS_PROJECT})
        if number % 2
        else graph.ask(SHELF, variables=variables, token=ALICE)
        for number in range(12)
    ]
    answers = await asyncio.gather(*asked)
    for number, answer in enumerate(answers):
        assert "errors" not in answer, answer["errors"]
        seen = [[task["taskId"] for task in asset["thumbnailTasks"]["nodes"]] for asset in _assets(answer)]
        if number % 2:
            assert seen == [[f"of-bob-{place}"] for place in range(3)]
        else:
            assert seen == [[row["task_id"] for row in _rows_of(graph, asset_id)] for asset_id in asset_ids]
    owners = {PROJECT: ALICE, BOBS_PROJECT: BOB}
    assert {call.target.split("/")[2] for call in graph.emulator.journal} <= owners.keys()
    for call in graph.emulator.journal:
        token = owners[call.target.split("/")[2]]
        assert call.digest == hashlib.sha256(token.encode()).hexdigest()[:12]


async def test_a_token_that_is_refused_sees_nothing_that_another_one_has_just_read(graph: Supergraph) -> None:
    """Both ask at the same time; the router and the gateway share nothing between them. So with no token at all."""
    variables = {"first": 2, "tasks": 1}
    known, *strangers = await asyncio.gather(
        graph.ask(SHELF, variables=variables),
        graph.ask(SHELF, variables=variables, token="token-of-nobody"),
        graph.ask(SHELF, variables=variables, token=None),
    )
    assert all(asset["thumbnailTasks"]["nodes"] for asset in _assets(known))
    for answer in strangers:
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"UNAUTHENTICATED"}
        assert [asset["thumbnailTasks"] for asset in _assets(answer)] == [None, None]


async def test_what_the_subgraph_keeps_back_is_not_in_the_supergraph(graph: Supergraph) -> None:
    """`node` is the other subgraph's: it finds its own objects, and nothing says that our tasks are nodes."""
    query = """{
      query: __type(name: "Query") { fields { name } }
      node: __type(name: "Node") { possibleTypes { name } }
    }"""
    answer = (await graph.ask(query))["data"]
    names = {field["name"] for field in answer["query"]["fields"]}
    assert names == {"thumbnailTasks", "thumbnailTask", "assets", "asset", "node"}
    assert answer["node"]["possibleTypes"] == [{"name": "Asset"}]


def _rows_of(graph: Supergraph, asset_id: str) -> list[Any]:
    _, rows = graph.emulator.catalogue(PROJECT).page(0, 100, asset_id=asset_id)
    return rows


def _assets(answer: dict[str, Any]) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = answer["data"]["assets"]["nodes"]
    return nodes


async def _cursor_behind(graph: Supergraph, count: int) -> str:
    """The place on the other subgraph's shelf behind its first assets, so that tests do not share what is fresh."""
    answer = await graph.ask(
        "query Place($first: Int!) { assets(first: $first) { pageInfo { endCursor } } }", variables={"first": count}
    )
    cursor: str = answer["data"]["assets"]["pageInfo"]["endCursor"]
    return cursor
