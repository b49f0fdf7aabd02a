"""Compiled selections against graphql-core, which is the oracle: equal data and equal errors."""

from typing import Any

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
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.graph.connection import Connection
from gateway.graph.enums import UnknownValues
from gateway.graph.projection import ProjectingExecutor, Projections
from gateway.graph.types import ThumbnailTask, task_connection
from gateway.listing.reader import Page
from gateway.paging.anchors import Edge
from gateway.paging.window import Span, Window
from gateway.upstream.models import TaskRow, Thumbnail, UnreadableRow


@strawberry.type
class Root:
    """One page of tasks, without an upstream."""

    shown: strawberry.Private[Page[Any]]

    @strawberry.field
    def tasks(self) -> Connection[ThumbnailTask] | None:
        return task_connection(self.shown, UnknownValues())


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


@st.composite
def selections(draw: st.DrawFn, kind: GraphQLNamedType, depth: int = 4) -> str:
    """A selection on a type: fields, aliases, inline fragments, directives; no field that reads the upstream."""
    assert isinstance(kind, GraphQLObjectType)
    parts = ["__typename"] if draw(st.booleans()) else []
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if name == "snapshots" or not draw(st.booleans()):
            continue
        plain = isinstance(inner, GraphQLScalarType | GraphQLEnumType)
        if not plain and depth == 0:
            continue
        text = name if plain else f"{name} {draw(selections(inner, depth - 1))}"
        match draw(st.integers(0, 12)):
            case 0:
                text = f"again: {text}" if plain and "again:" not in " ".join(parts) else text
            case 1:
                text = f"... on {kind.name} {{ {text} }}"
            case 2:
                text = f"... @include(if: $yes) {{ {text} }}"
            case 3:
                text = f"... @skip(if: true) {{ {text} }}"
        parts.append(text)
    return f"{{ {' '.join(parts or ['__typename'])} }}"


def page_of(rows: list[Any]) -> Page[Any]:
    window = Window(Span(0, 100), len(rows), rows, 0.0)
    edges = [Edge(row, window, index, 7) for index, row in enumerate(rows)]
    return Page(edges, start=0, has_next=False, total=len(rows), truncated=False)


def answer(document: DocumentNode, rows: list[Any], *, yes: bool, **options: Any) -> tuple[Any, list[str]]:
    """Data and errors of executing a document over a page of rows."""
    root = Root(shown=page_of(rows))
    result = execute(SCHEMA, document, root_value=root, variable_values={"yes": yes}, **options)
    assert isinstance(result, ExecutionResult)
    errors = [f"{error.path} {error.message} {error.original_error!r}" for error in result.errors or ()]
    return result.data, sorted(errors)


@given(
    selection=selections(SCHEMA.type_map["ThumbnailTaskConnection"]),
    rows=st.lists(tasks | tasks | unreadable, max_size=4),
    yes=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_compiled_and_plain_execution_answer_the_same(selection: str, rows: list[Any], *, yes: bool) -> None:
    """Data and errors are equal for any document and any rows, also when a document is used again for other rows."""
    document = parse(f"query ($yes: Boolean!) {{ tasks {selection} always: __typename @include(if: $yes) }}")
    assert not validate(SCHEMA, document)
    compiled = {"executor_class": ProjectingExecutor, "projections": Projections()}
    for shown in (rows, rows[::-1]):
        assert answer(document, shown, yes=yes, **compiled) == answer(document, shown, yes=yes)


def test_a_page_of_plain_fields_is_compiled_whole() -> None:
    """Nothing below the connection is left to graphql-core."""
    document = parse("{ tasks { edges { cursor node { id taskId parameters { type } } } pageInfo { endCursor } } }")
    projections = Projections()
    data, errors = answer(
        document, [TaskRow(task_id="a")], yes=True, executor_class=ProjectingExecutor, projections=projections
    )
    assert (data["tasks"]["edges"][0]["node"]["taskId"], errors) == ("a", [])
    assert [kind for (kind, *_), build in projections._builds.items() if build] == ["ThumbnailTaskConnection"]
