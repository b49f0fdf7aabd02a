"""GraphQL over HTTP: media types, statuses, and what counts as absent."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from gateway.settings import load
from gateway.web.app import create_app
from tests.support.house import PROJECT, TOKEN, House, open_house

NEW = "application/graphql-response+json"
OLD = "application/json"


async def post(house: House, body: object, **headers: str) -> httpx.Response:
    """A POST of JSON."""
    sent = {"Content-Type": OLD, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return await house.client.post("/graphql", content=json.dumps(body), headers=sent)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", NEW),
        ("", NEW),
        (NEW, NEW),
        (OLD, OLD),
        (f"{OLD}, {NEW};q=0.9", OLD),
        (f"{NEW};charset=utf-8, {OLD};charset=utf-8", NEW),
        (f"{NEW};q=0, */*", OLD),
        ("application/*", NEW),
        (f"text/html, {OLD};q=0.1", OLD),
    ],
)
async def test_the_media_type_is_the_one_the_client_likes_best(house: House, accept: str, media_type: str) -> None:
    """And the new one where the choice is left open; refusals have it too."""
    for query, status in (("{__typename}", 200), ("{", 400)):
        answer = await post(house, {"query": query}, Accept=accept)
        assert (answer.status_code, answer.headers["content-type"]) == (status, f"{media_type}; charset=utf-8")
        assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("accept", ["text/html", f"{NEW};q=0", f"{OLD};charset=utf-16", "image/*"])
async def test_a_client_that_takes_neither_type_is_refused(house: House, accept: str) -> None:
    """With 406."""
    answer = await post(house, {"query": "{__typename}"}, Accept=accept)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["reason"]) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize("media_type", [NEW, OLD])
@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("{", 400, "GRAPHQL_PARSE_FAILED"),
        ("{nothing}", 422, "GRAPHQL_VALIDATION_FAILED"),
        ("query A{__typename} query B{__typename}", 422, "OPERATION_RESOLUTION_FAILURE"),
        ("query($i: ID!){thumbnailTask(taskId: $i){id}}", 422, "GRAPHQL_VALIDATION_FAILED"),
        ("{thumbnailTasks{totalCount}}", 401, "UNAUTHENTICATED"),
        ("{" + "a " * 2_000 + "}", 422, "QUERY_TOO_COMPLEX"),
    ],
)
async def test_a_request_error_has_its_status_and_no_data(
    house: House, media_type: str, query: str, status: int, code: str
) -> None:
    """Whichever the media type."""
    answer = await post(house, {"query": query}, Accept=media_type)
    assert answer.status_code == status
    assert answer.json().keys() == {"errors"}
    assert answer.json()["errors"][0]["extensions"]["code"] == code
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("absent", [None, ""])
async def test_null_and_the_empty_text_are_absent(house: House, absent: object) -> None:
    """For every member; members that nobody knows are ignored."""
    body = {"query": "{__typename}", "operationName": absent, "variables": absent, "extensions": absent}
    assert (await post(house, {**body, "documentId": absent, "other": {"a": 1}})).json() == {
        "data": {"__typename": "Query"}
    }
    assert (await post(house, {**body, "query": absent})).status_code == 422


async def test_get_answers_queries_and_says_of_others_that_post_is_for_them(house: House) -> None:
    """405 with `Allow`, before anything else is said of a mutation."""
    headers = {"GraphQL-Require-Preflight": "1", "X-Auth-Token": TOKEN}
    parameters = {"query": "query Q($n: Int){thumbnailTasks(first: $n){nodes{__typename}}}", "variables": '{"n": 2}'}
    answer = await house.client.get("/graphql", params=parameters, headers=headers)
    assert len(answer.json()["data"]["thumbnailTasks"]["nodes"]) == 2
    for query in ("mutation{anything}", "subscription{anything}"):
        answer = await house.client.get("/graphql", params={"query": query}, headers=headers)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    answer = await house.client.put("/graphql", json={"query": "{__typename}"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(("status", "media_type", "expected"), [(200, NEW, 200), (294, NEW, 294), (294, OLD, 200)])
async def test_partial_success_has_the_status_that_is_set(status: int, media_type: str, expected: int) -> None:
    """294 only goes to clients of the new media type, also where no field succeeded."""
    async with open_house(partial_success_status=status) as house:
        query = "{thumbnailTasks(first: -1){totalCount}}"
        answer = await house.ask(query, headers={"Accept": media_type})
        assert (answer.status, answer.body["data"]) == (expected, {"thumbnailTasks": None})
        answer = await house.ask("{thumbnailTasks(first: 1){totalCount}}", headers={"Accept": media_type})
        assert answer.status == 200


@pytest.fixture
async def closed_house() -> AsyncIterator[House]:
    """A gateway that does not show its schema."""
    async with open_house(introspection=False) as opened:
        yield opened


async def test_introspection_can_be_switched_off(closed_house: House) -> None:
    """The schema cannot be asked for, nor be guessed by suggestions; `__typename` is no secret."""
    for query in ("{__schema{types{name}}}", '{__type(name: "Query"){name}}'):
        assert set((await closed_house.ask(query)).codes) == {"GRAPHQL_VALIDATION_FAILED"}
    message = (await closed_house.ask("{thumbnailTask{taskIt}}")).errors[0]["message"]
    assert "mean" not in message
    assert (await closed_house.ask("{__typename}")).data == {"__typename": "Query"}


async def test_errors_suggest_names_where_introspection_is_on(house: House) -> None:
    """As graphql-core does."""
    assert "Did you mean" in (await house.ask("{thumbnailTaskz{totalCount}}")).errors[0]["message"]


class Broken(httpx.AsyncBaseTransport):
    """Fails in a way that nothing foresees."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:  # noqa: ARG002  the seam's signature
        raise ZeroDivisionError("secret detail")


async def test_a_defect_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    """Its field says nothing of it; the log does."""
    async with open_house(transport=Broken()) as house:
        answer = await house.ask("{thumbnailTasks{totalCount}}")
        assert (answer.status, answer.codes) == (200, ["INTERNAL_SERVER_ERROR"])
        assert "secret" not in str(answer.body)
        assert "secret detail" in caplog.text


async def test_a_defect_of_the_endpoint_is_500_and_json(caplog: pytest.LogCaptureFixture) -> None:
    """A clock that breaks stands for any of them."""

    def clock() -> float:
        raise ZeroDivisionError("secret detail")

    app = create_app(load({}, env_file=None, upstream_url="http://127.0.0.1", project_id=PROJECT), clock=clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as client:
        answer = await client.post("/graphql", json={"query": "{__typename}"}, headers={"Accept": OLD})
    assert (answer.status_code, answer.headers["content-type"]) == (500, f"{OLD}; charset=utf-8")
    assert answer.json() == {
        "errors": [
            {
                "message": "Something went wrong inside the gateway.",
                "extensions": {"code": "INTERNAL_SERVER_ERROR"},
            }
        ]
    }
    assert "secret detail" in caplog.text
