from typing import Any

import pytest

from gateway.errors import OperationUnresolved, ParseFailed, Unauthenticated, ValidationFailed
from gateway.graph.context import Context, Services
from gateway.graph.cost import Budget
from gateway.graph.error_answers import RequestRefused
from gateway.graph.execution import Executor
from gateway.graph.prices import field_prices
from gateway.graph.schema import build_schema
from tests.graph.test_documents import LIMITS
from tests.support.house import open_house


def make_executor(**options: Any) -> Executor:
    """An executor of the schema that is served."""
    return Executor(
        build_schema(),
        field_prices(max_first=1_000, search_calls=4),
        budget=Budget(calls=100, fields=100_000, representations=1_000),
        limits=LIMITS,
        max_documents=10,
        introspection=True,
        **options,
    )


@pytest.fixture(scope="module")
def executor() -> Executor:
    return make_executor()


class Unused:
    """Stands where no listing may be asked."""


def nobody() -> Context:
    """A request without a credential, over listings that would break if they were asked."""
    return Context(Services(tasks=Unused(), snapshots=Unused(), max_first=1, pages_at_once=1), who=None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "name", "variables", "kind"),
    [
        ("{", None, {}, ParseFailed),
        ("{ nope }", None, {}, ValidationFailed),
        ("query A { __typename } query B { __typename }", None, {}, OperationUnresolved),
        ("query A { __typename }", "B", {}, OperationUnresolved),
        ("mutation { nope }", None, {}, ValidationFailed),
        ("subscription { nope }", None, {}, ValidationFailed),
        ("query ($id: ID!) { node(id: $id) { id } }", None, {}, ValidationFailed),
        ("query ($id: ID!) { node(id: $id) { id } }", None, {"id": None}, ValidationFailed),
        ("query ($id: ID!) { node(id: $id) { id } }", None, {"id": {"a": 1}}, ValidationFailed),
        ("query ($n: Int) { thumbnailTasks(first: $n) { truncated } }", None, {"n": "3"}, ValidationFailed),
        ("query ($n: Int) { thumbnailTasks(first: $n) { truncated } }", None, {"n": 2**31}, ValidationFailed),
        ("query ($n: Int) { thumbnailTasks(first: $n) { truncated } }", None, {"n": 1.5}, ValidationFailed),
        ("query ($n: Int) { thumbnailTasks(first: $n) { truncated } }", None, {"n": True}, ValidationFailed),
        ("{ thumbnailTasks(first: 99999999999) { truncated } }", None, {}, ValidationFailed),
    ],
)
def test_what_cannot_run_is_refused_beforehand(
    executor: Executor, text: str, name: str | None, variables: dict[str, object], kind: type[Exception]
) -> None:
    """Document, choice and variables are checked before anything runs."""
    with pytest.raises(RequestRefused) as caught:
        executor.prepare(text, name, variables)
    assert caught.value.kind is kind
    assert all(error["message"] for error in caught.value.errors)


async def test_an_operation_runs(executor: Executor) -> None:
    """Introspection needs no credential; variables that the document does not know are passed over."""
    operation = executor.prepare("query A { __typename } query B { b: __typename }", "B", {"x": 1})
    assert operation.name == "B"
    outcome = await executor.run(operation, nobody())
    assert (outcome.data, outcome.errors) == ({"b": "Query"}, [])


@pytest.mark.parametrize(
    "text",
    ["{ thumbnailTasks { truncated } }", "{ ...F } fragment F on Query { __typename node(id: 1) { id } }"],
)
async def test_what_reads_the_upstream_needs_a_credential(executor: Executor, text: str) -> None:
    """Refused as a whole, before any resolver."""
    with pytest.raises(Unauthenticated):
        await executor.run(executor.prepare(text, None, {}), nobody())


async def test_a_field_that_is_skipped_does_not_run(executor: Executor) -> None:
    """Directives are the executor's; the credential is asked for by the document alone."""
    operation = executor.prepare("query ($no: Boolean!) { node(id: 1) @skip(if: $no) { id } }", None, {"no": True})
    with pytest.raises(Unauthenticated):
        await executor.run(operation, nobody())


QUERY = "{ thumbnailTasks(first: 5) { edges { cursor node { id taskId parameters { type } } } totalCount } }"


@pytest.mark.parametrize("on", [True, False])
async def test_selections_are_compiled_where_that_is_wanted(*, on: bool) -> None:
    """The switch reaches what runs the document; the answer is the same."""
    executor = make_executor(compile_selections=on)
    operation = executor.prepare("{ _service { sdl } }", None, {})
    outcome = await executor.run(operation, nobody())
    assert outcome.data is not None
    assert "ThumbnailTask" in outcome.data["_service"]["sdl"]
    assert any(operation.document.projections._builds.values()) is on


async def test_a_gateway_without_compiled_selections_answers_the_same() -> None:
    """The setting changes nothing but the way."""
    answers = []
    for on in (True, False):
        async with open_house(size=20, compile_selections=on) as house:
            answers.append((await house.ask(QUERY)).data)
    assert answers[0] == answers[1]
