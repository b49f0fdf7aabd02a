"""Resolvers called without Strawberry's conversion of arguments; Strawberry is the oracle."""

from typing import Annotated, Any

import pytest
import strawberry
from hypothesis import given
from hypothesis import strategies as st

from gateway.graph.resolvers import call_directly
from gateway.graph.schema import build_schema


@strawberry.input
class Where:
    """What has to be converted."""

    name: str


@strawberry.type
class Query:
    """Fields that answer with what they were called with."""

    label: str = "root"

    @strawberry.field
    async def scalars(
        self,
        info: strawberry.Info,
        asset_id: strawberry.ID | None = strawberry.UNSET,
        first: int | None = 10,
        renamed: Annotated[str | None, strawberry.argument(name="as")] = "default",
        *,
        needed: bool,
    ) -> str:
        """Arguments of every kind of scalar, with defaults and without."""
        return repr((self.label, info.field_name, info.path.key, info.context, asset_id, first, renamed, needed))

    @strawberry.field
    async def converted(self, info: strawberry.Info, where: Where, names: list[str]) -> str:
        """An input and a list."""
        return repr((info.field_name, where.name, names))


PLAIN, DIRECT = strawberry.Schema(Query), strawberry.Schema(Query)
call_directly(DIRECT)

ARGUMENTS = {
    "assetId": ("ID", st.none() | st.text(max_size=5)),
    "first": ("Int", st.none() | st.integers(-(2**31), 2**31 - 1)),
    "as": ("String", st.none() | st.text(max_size=5)),
}


async def answers(query: str, variables: dict[str, Any]) -> tuple[Any, Any]:
    """What both schemas answer."""
    results = [await schema.execute(query, variables, {"of": "request"}, Query()) for schema in (PLAIN, DIRECT)]
    assert [result.errors for result in results] == [None, None]
    return results[0].data, results[1].data


@given(
    asked=st.sets(st.sampled_from(sorted(ARGUMENTS))),
    sent=st.fixed_dictionaries({}, optional={name: values for name, (_, values) in ARGUMENTS.items()}),
)
async def test_a_resolver_is_called_with_the_same(asked: set[str], sent: dict[str, Any]) -> None:
    """Whether an argument is left out, null or given, by its Python name and with its default."""
    declared = "".join(f", ${name}: {ARGUMENTS[name][0]}" for name in asked)
    given_there = "".join(f", {name}: ${name}" for name in asked)
    query = f"query ($needed: Boolean!{declared}) {{ scalars(needed: $needed{given_there}) }}"
    plain, direct = await answers(query, {**sent, "needed": True})
    assert plain == direct


async def test_what_has_to_be_converted_is() -> None:
    """Inputs and lists are left to Strawberry."""
    plain, direct = await answers('{ converted(where: {name: "a"}, names: "b") }', {})
    assert plain == direct == {"converted": repr(("converted", "a", ["b"]))}


@pytest.mark.parametrize(
    ("kind", "name"), [("Query", "thumbnailTasks"), ("Query", "node"), ("ThumbnailTask", "snapshots")]
)
def test_the_fields_that_read_the_upstream_are_called_so(kind: str, name: str) -> None:
    """Strawberry's own wrapper is gone from them, and stays where there is something to convert."""
    types: Any = build_schema()._schema.type_map
    assert types[kind].fields[name].resolve.__module__ == call_directly.__module__
    assert types["Query"].fields["_entities"].resolve.__module__ != call_directly.__module__
