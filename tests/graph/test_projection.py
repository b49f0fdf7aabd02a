"""Compiled selections against graphql-core, which is the oracle: equal data and equal errors."""

from typing import Any

import pytest
import strawberry
import strawberry.federation
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLEnumType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    execute,
    get_named_type,
    parse,
    validate,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.graph.connection import Connection
from gateway.graph.enums import UnknownValues
from gateway.graph.projection import ProjectingExecutor, Projections
from gateway.graph.types import Snapshot, ThumbnailTask, task_connection
from gateway.listing.reader import Page
from gateway.paging.anchors import Edge
from gateway.paging.window import Span, Window
from gateway.upstream.models import SnapshotRow, TaskRow, Thumbnail, UnreadableRow


@strawberry.type
class Root:
    """A page of tasks and one of pictures, without an upstream."""

    tasks_shown: strawberry.Private[Page[Any]]
    pictures_shown: strawberry.Private[Page[Any]]

    @strawberry.field
    def tasks(self) -> Connection[ThumbnailTask] | None:
        return task_connection(self.tasks_shown, UnknownValues())

    @strawberry.field
    def pictures(self) -> Connection[Snapshot] | None:
        return Connection(of=self.pictures_shown, words=UnknownValues(), make_node=Snapshot)


SCHEMA: GraphQLSchema = strawberry.federation.Schema(Root)._schema

numbers = st.none() | st.integers(-(2**33), 2**33) | st.integers(0, 10)
words = st.none() | st.sampled_from(["time", "dots", "quantity", "sprite", ""])
parameters = st.builds(
    Thumbnail,
    type=words,
    quantity=numbers,
    time=numbers,
    dots=st.none() | st.lists(numbers, max_size=3),
    format=numbers,
    aspect_ratio=numbers,
)
tasks = st.builds(
    TaskRow,
    task_id=st.none() | st.text(max_size=5),
    thumbnail_count=numbers,
    thumbnail_para=st.none() | parameters,
)
unreadable = st.builds(UnreadableRow, digest=st.text(max_size=4), problem=st.just("no row"))


pictures = st.builds(SnapshotRow, url=st.text(max_size=3), offset=st.integers(-(2**33), 2**33) | st.integers(0, 10))
fragment_types = ["ThumbnailTask", "ThumbnailParameters", "PageInfo", "ThumbnailTaskEdge", "Snapshot"]


@st.composite
def selections(draw: st.DrawFn, kind: GraphQLNamedType, *, directives: bool, spreads: bool = True) -> str:
    """A selection on a type: fields, some of them twice, aliases and fragments; no field that reads the upstream."""
    assert isinstance(kind, GraphQLObjectType)
    parts = ["__typename"] if draw(st.booleans()) else []
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        plain = isinstance(inner, GraphQLScalarType | GraphQLEnumType)
        turns = 0 if name == "snapshots" else draw(st.sampled_from([0, 1, 1, 2]))
        for _ in range(turns):
            text = name if plain else f"{name} {draw(selections(inner, directives=directives, spreads=spreads))}"
            match draw(st.integers(0, 12 if directives else 8)):
                case 0:
                    text = f"{name}_again: {text}"
                case 1:
                    text = f"... on {kind.name} {{ {text} }}"
                case 2:
                    text = f"... {{ {text} }}"
                case 9:
                    text = f"... @include(if: $yes) {{ {text} }}"
                case 10:
                    text = f"... @skip(if: true) {{ {text} }}"
            parts.append(text)
    if spreads and kind.name in fragment_types and draw(st.booleans()):
        parts.append(f"...Of{kind.name}")
    return f"{{ {' '.join(parts or ['__typename'])} }}"


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A document over tasks and pictures; most have no directive, since one keeps graphql-core at work."""
    directives = draw(st.sampled_from([False, False, False, True]))
    fields = [
        f"{name} {draw(selections(SCHEMA.type_map[kind], directives=directives))}"
        for name, kind in (("tasks", "ThumbnailTaskConnection"), ("pictures", "SnapshotConnection"))
    ]
    text = f"query ($yes: Boolean!) {{ {' '.join(fields)} always: __typename @include(if: $yes) }}"
    bodies = {
        name: draw(selections(SCHEMA.type_map[name], directives=directives, spreads=False)) for name in fragment_types
    }
    used = [f"fragment Of{name} on {name} {body}" for name, body in bodies.items() if f"...Of{name} " in text]
    return "\n".join([text, *used])


def page_of(rows: list[Any]) -> Page[Any]:
    window = Window(Span(0, 100), len(rows), rows, 0.0)
    edges = [Edge(row, window, index, 7) for index, row in enumerate(rows)]
    return Page(edges, start=0, has_next=False, total=len(rows), truncated=False)


def answer(
    document: DocumentNode, rows: list[Any], seen: list[Any], *, yes: bool, **options: Any
) -> tuple[Any, list[str]]:
    """Data and errors of executing a document over a page of tasks and one of pictures."""
    root = Root(tasks_shown=page_of(rows), pictures_shown=page_of(seen))
    result = execute(SCHEMA, document, root_value=root, variable_values={"yes": yes}, **options)
    assert isinstance(result, ExecutionResult)
    errors = [f"{error.path} {error.message} {error.original_error!r}" for error in result.errors or ()]
    return result.data, sorted(errors)


@pytest.mark.parametrize("count", [200, pytest.param(2_000, marks=pytest.mark.proof)])
def test_compiled_and_plain_execution_answer_the_same(count: int) -> None:
    """Data, its order and errors are equal for any document and rows, also when it is used again for other rows."""

    @settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        text=documents(),
        rows=st.lists(tasks | tasks | unreadable, max_size=4),
        seen=st.lists(pictures | pictures | unreadable, max_size=3),
        yes=st.booleans(),
    )
    def check(text: str, rows: list[Any], seen: list[Any], *, yes: bool) -> None:
        document = parse(text)
        assert not validate(SCHEMA, document)
        compiled = {"executor_class": ProjectingExecutor, "projections": Projections()}
        for shown in (rows, rows[::-1]):
            (data, errors), (oracle, expected) = (
                answer(document, shown, seen, yes=yes, **compiled),
                answer(document, shown, seen, yes=yes),
            )
            assert (str(data), errors) == (str(oracle), expected)

    check()


def test_a_page_of_plain_fields_is_compiled_whole() -> None:
    """Nothing below the connection is left to graphql-core."""
    document = parse("{ tasks { edges { cursor node { id taskId parameters { type } } } pageInfo { endCursor } } }")
    projections = Projections()
    data, errors = answer(
        document, [TaskRow(task_id="a")], [], yes=True, executor_class=ProjectingExecutor, projections=projections
    )
    assert (data["tasks"]["edges"][0]["node"]["taskId"], errors) == ("a", [])
    assert [kind for (kind, *_), build in projections._builds.items() if build] == ["ThumbnailTaskConnection"]


def test_only_the_edge_of_a_bad_row_is_left_to_graphql_core() -> None:
    """The other edges are built, each by the function that their selection is compiled to."""
    document = parse("{ tasks { edges { node { taskId } } } }")
    projections = Projections()
    rows = [TaskRow(task_id="a"), UnreadableRow(digest="d", problem="no row"), TaskRow(task_id="b")]
    data, [error] = answer(document, rows, [], yes=True, executor_class=ProjectingExecutor, projections=projections)
    assert [edge["node"] for edge in data["tasks"]["edges"]] == [{"taskId": "a"}, None, {"taskId": "b"}]
    assert "no row" in error
    kinds = [kind for (kind, *_), build in projections._builds.items() if build]
    assert kinds == ["ThumbnailTaskConnection", "ThumbnailTaskEdge"]
