"""Whatever is asked, the answer is one of GraphQL over HTTP, and no defect shows itself."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import Mode, from_schema

from gateway.emulator import Tenant
from gateway.errors import leaves
from gateway.graph.schema import build_schema, print_schema
from tests.support.house import PROJECT, TOKEN, House, open_house

SCHEMA = print_schema(build_schema())
CODES = {leaf.code for leaf in leaves()} - {"INTERNAL_SERVER_ERROR"}
REQUEST_ERRORS = {400, 401, 405, 413, 415, 422}
OFTEN = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
VERY_OFTEN = settings(OFTEN, max_examples=1_000, derandomize=False)

valid = from_schema(SCHEMA)
invalid = from_schema(SCHEMA, mode=Mode.NEGATIVE)
cut = st.builds(
    lambda text, at, put: text[: at % len(text)] + put + text[at % len(text) :],
    valid,
    st.integers(0, 9_999),
    st.text(max_size=9),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
    max_leaves=20,
)
members = st.fixed_dictionaries(
    {},
    optional={
        "query": st.just(
            "query Q($first: Int, $after: String) {thumbnailTasks(first: $first, after: $after){totalCount}}"
        )
        | json_values,
        "operationName": st.just("Q") | json_values,
        "variables": st.dictionaries(st.sampled_from(["first", "after", "other"]), json_values) | json_values,
        "extensions": st.fixed_dictionaries({"persistedQuery": json_values}) | json_values,
        "documentId": json_values,
    },
)


class Caller:
    """Asks a gateway over an upstream whose rows are of every odd kind."""

    def __init__(self, runner: asyncio.Runner, house: House) -> None:
        self._runner = runner
        self._house = house

    def post(self, body: bytes) -> httpx.Response:
        """One answer."""
        headers = {"Content-Type": "application/json", "X-Auth-Token": TOKEN}
        return self._runner.run(self._house.client.post("/graphql", content=body, headers=headers))


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        house = runner.run(stack.enter_async_context(open_house(tenants=[Tenant(PROJECT, tokens=[TOKEN], size=250)])))
        yield Caller(runner, house)
        runner.run(stack.aclose())


def check(answer: httpx.Response) -> None:
    """What holds of every answer."""
    body = answer.json()
    assert body.keys() <= {"data", "errors", "extensions"}
    assert ("data" in body, answer.status_code) in {(True, 200), *((False, status) for status in REQUEST_ERRORS)}
    for error in body.get("errors", [{"extensions": {"code": "BAD_USER_INPUT"}}]):
        assert error["extensions"]["code"] in CODES


def ask(caller: Caller, query: str) -> None:
    """Asks one document."""
    check(caller.post(json.dumps({"query": query}).encode()))


def post(caller: Caller, body: Any) -> None:
    """Posts a value as JSON, or octets as they are."""
    check(caller.post(body if isinstance(body, bytes) else json.dumps(body).encode()))


PROPERTIES: list[Any] = [
    pytest.param(ask, valid, id="documents-that-fit-the-schema"),
    pytest.param(ask, invalid, id="documents-that-do-not-fit"),
    pytest.param(ask, cut, id="documents-with-a-text-in-them"),
    pytest.param(post, members, id="members-of-any-kind"),
    pytest.param(post, json_values, id="json"),
    pytest.param(post, st.binary(max_size=200), id="octets"),
]


@pytest.mark.parametrize(("send", "strategy"), PROPERTIES)
def test_every_answer_is_one_of_graphql_over_http(
    caller: Caller, send: Callable[[Caller, Any], None], strategy: st.SearchStrategy[Any]
) -> None:
    """With a known code for every error, and none that stands for a defect."""
    OFTEN(given(strategy)(lambda value: send(caller, value)))()


@pytest.mark.proof
@pytest.mark.parametrize(("send", "strategy"), PROPERTIES)
def test_every_answer_is_one_of_graphql_over_http_at_length(
    caller: Caller, send: Callable[[Caller, Any], None], strategy: st.SearchStrategy[Any]
) -> None:
    """The same, 25 times as often and with other examples every time."""
    VERY_OFTEN(given(strategy)(lambda value: send(caller, value)))()
