"""What a router may ask for by key, and the answer to each thing that is wrong with a representation."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.emulator import Emulator, Tenant
from tests.support.house import PROJECT, TOKEN, House, open_house

ENTITIES = """
query Entities($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Asset { assetId thumbnailTasks(first: 2) { totalCount nodes { taskId } } }
    ... on ThumbnailTask { taskId thumbnailCount snapshots(first: 1) { nodes { url } } }
  }
}
"""

KEYS = """
query Keys($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Asset { assetId } ... on ThumbnailTask { taskId } }
}
"""

NO_ENTITY = "`__typename` has to name an entity of this subgraph: Asset or ThumbnailTask."
NO_OBJECT = "A representation has to be an object."
NO_ASSET = "The key `assetId` of `Asset` is missing, null or empty."
NO_TASK = "The key `taskId` of `ThumbnailTask` is missing, null or empty."
NO_TEXT = "The key `assetId` of `Asset` has to be a text."


def an_asset(house: House, number: int = 0) -> str:
    """The id of an asset that has tasks."""
    return house.emulator.catalogue().asset_ids(number + 1)[number]


def a_task(house: House, number: int = 0) -> str:
    """The id of a task."""
    found = house.emulator.catalogue().task_ids()[number]
    assert found is not None
    return found


async def entities(house: House, *representations: object, query: str = ENTITIES) -> list[Any]:
    """The entities of an answer without errors."""
    answer = await house.ask(query, {"representations": representations})
    found: list[Any] = answer.data["_entities"]
    return found


async def test_an_asset_of_another_subgraph_gets_its_tasks(house: House) -> None:
    """The rows that the upstream has for it, in its order, at one call."""
    asset_id = an_asset(house, 3)
    total, rows = house.emulator.catalogue().page(0, 2, asset_id=asset_id)
    (asset,) = await entities(house, {"__typename": "Asset", "assetId": asset_id})
    tasks: list[Any] = [{"taskId": row["task_id"]} for row in rows if isinstance(row, dict)]
    assert asset == {
        "__typename": "Asset",
        "assetId": asset_id,
        "thumbnailTasks": {"totalCount": total, "nodes": tasks},
    }
    assert house.upstream_calls == 1


async def test_a_task_is_found_by_its_key(house: House) -> None:
    """As `thumbnailTask` would find it, with its fields and its pictures."""
    task_id = a_task(house, 5)
    (task,) = await entities(house, {"__typename": "ThumbnailTask", "taskId": task_id})
    row = house.emulator.catalogue().find(task_id)
    assert row is not None
    assert (task["taskId"], task["thumbnailCount"]) == (task_id, row["thumbnail_count"])
    assert task_id in task["snapshots"]["nodes"][0]["url"]


async def test_a_task_that_the_upstream_does_not_know_is_null_without_an_error(house: House) -> None:
    """Which is how the federation's specification says that an entity is not there."""
    assert await entities(house, {"__typename": "ThumbnailTask", "taskId": "f" * 32}) == [None]


async def test_cursors_of_an_asset_are_those_of_the_filtered_list(house: House) -> None:
    """The end of an entity's page is a place in `thumbnailTasks(assetId:)` too, since both are one list."""
    asset_id = an_asset(house)
    query = """
    query Page($representations: [_Any!]!) {
      _entities(representations: $representations) {
        ... on Asset { thumbnailTasks(first: 2) { pageInfo { endCursor } } }
      }
    }
    """
    (asset,) = await entities(house, {"__typename": "Asset", "assetId": asset_id}, query=query)
    after = asset["thumbnailTasks"]["pageInfo"]["endCursor"]
    page = await house.page(assetId=asset_id, first=1, after=after)
    _, (row,) = house.emulator.catalogue().page(2, 1, asset_id=asset_id)
    assert isinstance(row, dict)
    assert page["edges"][0]["node"]["taskId"] == row["task_id"]


@pytest.mark.parametrize(
    ("representation", "message"),
    [
        ({"__typename": "PageInfo", "assetId": "a"}, NO_ENTITY),
        ({"__typename": "Video", "assetId": "a"}, NO_ENTITY),
        ({"__typename": "asset", "assetId": "a"}, NO_ENTITY),
        ({"__typename": None, "assetId": "a"}, NO_ENTITY),
        ({"__typename": ["Asset"], "assetId": "a"}, NO_ENTITY),
        ({"assetId": "a"}, NO_ENTITY),
        ({}, NO_ENTITY),
        ({"__typename": "Asset"}, NO_ASSET),
        ({"__typename": "Asset", "taskId": "a"}, NO_ASSET),
        ({"__typename": "Asset", "assetId": None}, NO_ASSET),
        ({"__typename": "Asset", "assetId": ""}, NO_ASSET),
        ({"__typename": "ThumbnailTask", "taskId": None}, NO_TASK),
        ({"__typename": "Asset", "assetId": True}, NO_TEXT),
        ({"__typename": "Asset", "assetId": 1.5}, NO_TEXT),
        ({"__typename": "Asset", "assetId": ["a"]}, NO_TEXT),
        ({"__typename": "Asset", "assetId": {"eq": "a"}}, NO_TEXT),
        ("Asset", NO_OBJECT),
        (7, NO_OBJECT),
        ([{"__typename": "Asset", "assetId": "a"}], NO_OBJECT),
    ],
)
async def test_a_bad_representation_fails_alone(house: House, representation: object, message: str) -> None:
    """It is null with an error at its path; the good one beside it is answered, and the bad one asks no upstream."""
    good = {"__typename": "Asset", "assetId": an_asset(house)}
    answer = await house.ask(KEYS, {"representations": [representation, good]})
    assert answer.status == 200
    assert answer.body == {
        "errors": [
            {
                "message": message,
                "locations": [{"line": 3, "column": 3}],
                "path": ["_entities", 0],
                "extensions": {"code": "BAD_USER_INPUT", "reason": "INVALID_REPRESENTATION"},
            }
        ],
        "data": {"_entities": [None, {"assetId": an_asset(house)}]},
    }
    assert answer.headers["cache-control"] == "no-store"
    assert house.upstream_calls == 0


@pytest.mark.parametrize(("key", "said"), [("a" * 1_025, "1025 characters"), ("a\nb", "control character")])
async def test_a_key_out_of_its_range_is_an_invalid_id(house: House, key: str, said: str) -> None:
    """As it is in an argument: it never reaches the upstream."""
    answer = await house.ask(ENTITIES, {"representations": [{"__typename": "Asset", "assetId": key}]})
    assert answer.body["data"] == {"_entities": [None]}
    (error,) = answer.errors
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "reason": "INVALID_ID"}
    assert said in error["message"]
    assert house.upstream_calls == 0


async def test_extra_keys_are_not_looked_at(house: House) -> None:
    """A router may send what other subgraphs know of an entity."""
    asset = {"__typename": "Asset", "assetId": an_asset(house), "title": "Salt", "taskId": 7, "parts": [{"a": None}]}
    (found,) = await entities(house, asset, query=KEYS)
    assert found == {"assetId": an_asset(house)}


async def test_a_number_is_an_id_as_it_is_everywhere_in_graphql(house: House) -> None:
    """`ID` takes integers as its input, so a subgraph with numbers for ids is understood."""
    assert await entities(house, {"__typename": "Asset", "assetId": 5}, query=KEYS) == [{"assetId": "5"}]


async def test_no_representations_are_no_entities(house: House) -> None:
    """An empty list is answered with an empty list."""
    assert await entities(house) == []


@pytest.mark.parametrize(
    ("representations", "what"),
    [
        (None, "invalid value: Expected value of non-null type '[_Any!]!' not to be None."),
        ([None], "invalid value at [0]: Expected value of non-null type '_Any!' not to be None."),
    ],
)
async def test_null_where_none_may_be_is_refused_as_a_whole(house: House, representations: object, what: str) -> None:
    """The federation's own types say so, and GraphQL checks variables before anything runs."""
    answer = await house.ask(ENTITIES, {"representations": representations})
    assert answer.status == 422
    assert answer.body == {
        "errors": [
            {
                "message": f"Variable '$representations' has {what}",
                "locations": [{"line": 2, "column": 16}],
                "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"},
            }
        ]
    }


async def test_representations_may_stand_in_the_document(house: House) -> None:
    """As literals, with variables within them."""
    query = """
    query One($id: ID!) {
      _entities(representations: [{__typename: "Asset", assetId: $id}]) { ... on Asset { assetId } }
    }
    """
    answer = await house.ask(query, {"id": an_asset(house)})
    assert answer.data == {"_entities": [{"assetId": an_asset(house)}]}


@pytest.mark.parametrize("cache", ["memory", "off"])
async def test_what_is_named_twice_is_read_once(cache: str) -> None:
    """Whether pages are remembered or not; the answer keeps the order and the repetitions of the question."""
    async with open_house(cache=cache) as house:
        asset, other = ({"__typename": "Asset", "assetId": an_asset(house, number)} for number in (0, 1))
        task = {"__typename": "ThumbnailTask", "taskId": a_task(house)}
        found = await entities(house, asset, task, asset, other, task, asset)
        assert found[0] == found[2] == found[5] != found[3]
        assert found[1] == found[4]
        # Two pages of tasks by asset, one task, one page of its pictures.
        assert house.upstream_calls == 4


async def test_keys_alone_cost_no_call_however_many_they_are(house: House) -> None:
    """1 000 assets, each answered in its place."""
    keys = [f"{number:032x}" for number in range(1_000)]
    found = await entities(house, *({"__typename": "Asset", "assetId": key} for key in keys), query=KEYS)
    assert [asset["assetId"] for asset in found] == keys
    assert house.upstream_calls == 0


async def test_a_failing_upstream_takes_down_no_more_than_it_failed_for(house: House) -> None:
    """A task that cannot be read is null, an asset keeps all but its tasks; each has its path and its code."""
    house.emulator.fault("status", status=403, code="VOD.10057", path="asset/thumbnails", times=1)
    house.emulator.fault("status", status=403, code="VOD.10062", path="asset/thumbnails", times=1)
    task = {"__typename": "ThumbnailTask", "taskId": a_task(house)}
    assets = [{"__typename": "Asset", "assetId": an_asset(house, number)} for number in range(2)]
    answer = await house.ask(ENTITIES, {"representations": [task, *assets]})
    no_task, failed, whole = answer.body["data"]["_entities"]
    assert no_task is None
    assert failed == {"__typename": "Asset", "assetId": an_asset(house, 0), "thumbnailTasks": None}
    assert whole["thumbnailTasks"]["totalCount"] > 0
    assert [(error["path"], error["extensions"]["code"]) for error in answer.errors] == [
        (["_entities", 0], "FORBIDDEN"),
        (["_entities", 1, "thumbnailTasks"], "NOT_FOUND"),
    ]


class Narrow(httpx.AsyncBaseTransport):
    """Lets calls through in groups of a size, and counts how many are under way."""

    def __init__(self, inner: httpx.AsyncBaseTransport, size: int) -> None:
        self._inner = inner
        self._group = asyncio.Barrier(size)
        self.under_way = 0
        self.most = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self._group.wait()
        self.under_way -= 1
        return await self._inner.handle_async_request(request)


@pytest.fixture
async def narrow() -> AsyncIterator[tuple[House, Narrow]]:
    """A gateway that reads 5 pages at a time, over an upstream that answers once 5 calls have come."""
    emulator = Emulator([Tenant(PROJECT, tokens=[TOKEN], size=250, clean=True)])
    transport = Narrow(httpx.ASGITransport(emulator.app), 5)
    async with open_house(transport=transport, max_pages_at_once=5) as house:
        yield house, transport


async def test_entities_are_read_side_by_side_within_a_bound(narrow: tuple[House, Narrow]) -> None:
    """20 assets in groups of 5: with fewer at a time the upstream would never answer, and there are never more."""
    house, transport = narrow
    async with asyncio.timeout(30):
        found = await entities(
            house, *({"__typename": "Asset", "assetId": an_asset(house, number)} for number in range(20))
        )
    assert all(asset["thumbnailTasks"]["nodes"] for asset in found)
    assert transport.most == 5


async def test_the_sdl_needs_no_credential_and_entities_do(house: House) -> None:
    """A router reads the schema when it starts, on behalf of nobody."""
    answer = await house.ask("{ _service { sdl } }", token=None)
    assert "@key" in answer.data["_service"]["sdl"]
    for query in (KEYS, "query Both($representations: [_Any!]!) { _service { sdl } ...More } " + MORE):
        refused = await house.ask(query, {"representations": []}, token=None)
        assert (refused.status, refused.codes) == (401, ["UNAUTHENTICATED"])
        assert "data" not in refused.body


MORE = "fragment More on Query { _entities(representations: $representations) { __typename } }"


async def test_a_router_is_told_how_long_an_answer_may_be_kept_and_for_whom(house: House) -> None:
    """`_entities` carries the cache headers of any other answer, so that a router's cache of entities can use them."""
    house.clock.now += 100
    representations = [{"__typename": "Asset", "assetId": an_asset(house)}]
    await house.ask(ENTITIES, {"representations": representations})
    house.clock.now += 4
    answer = await house.ask(ENTITIES, {"representations": representations})
    assert answer.headers["cache-control"] == "private, max-age=10"
    assert answer.headers["age"] == "4"
    assert "X-Auth-Token" in answer.headers["vary"]


async def test_a_thousand_assets_with_their_tasks_are_refused_before_any_call(house: House) -> None:
    """They are priced like any list: a call for each of them, and those of the pictures below."""
    representations = [{"__typename": "Asset", "assetId": f"{number:032x}"} for number in range(1_000)]
    answer = await house.ask(ENTITIES, {"representations": representations})
    assert answer.body == {
        "errors": [
            {
                "message": "This operation may cost 2000 upstream calls; the limit `max_cost` is 100. "
                "Ask for fewer rows, or for less below each row.",
                "extensions": {"code": "QUERY_TOO_COMPLEX", "limit": "max_cost", "maximum": 100, "actual": 2_000},
            }
        ]
    }
    assert house.upstream_calls == 0


async def test_where_introspection_is_off_the_sdl_is_not_told_either() -> None:
    """It would be the same schema by another door; entities are served on."""
    async with open_house(introspection=False) as house:
        refused = await house.ask("{ _service { sdl } }")
        assert (refused.status, refused.codes) == (422, ["GRAPHQL_VALIDATION_FAILED"])
        assert await entities(house, {"__typename": "Asset", "assetId": "a"}, query=KEYS) == [{"assetId": "a"}]
