"""Entities: what a federation router asks for by key. Specification: Apollo Federation, "Subgraph specification".

A router sends references, "representations", that it put together from the answers of other subgraphs. Each is
checked and found by itself: a bad one is null with an error at its path, and the rest of the answer stands.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple, TypeAlias

import strawberry
from graphql import GraphQLError, GraphQLID
from graphql.pyutils import Path

from gateway.errors import BadUserInput, Reason
from gateway.graph.arguments import identifier, page_size
from gateway.graph.connection import AFTER, FIRST, Connection
from gateway.graph.context import Context, Info
from gateway.graph.query import DEFAULT_TASKS, find_task
from gateway.graph.types import ThumbnailTask, task_connection

KEYS: Mapping[str, str] = {"Asset": "assetId", "ThumbnailTask": "taskId"}
"""The key field of every entity."""


@strawberry.federation.type(
    keys=["assetId"],
    description="A media asset. Other subgraphs describe it; this one adds its snapshot tasks.",
)
class Asset:
    """An asset by its id. Whether it exists shows when its tasks are asked for."""

    asset_id: strawberry.ID = strawberry.field(description="The media asset's id.")

    @strawberry.field(
        description="The asset's snapshot tasks, in the upstream's order, which it does not document. "
        "One upstream call for each asset that is asked for them, where nothing is remembered."
    )
    async def thumbnail_tasks(
        self,
        info: Info,
        first: Annotated[int | None, strawberry.argument(description=FIRST)] = DEFAULT_TASKS,
        after: Annotated[str | None, strawberry.argument(description=AFTER)] = strawberry.UNSET,
    ) -> Connection[ThumbnailTask] | None:
        """A page of the listing of tasks."""
        context = info.context
        size = page_size(first, default=DEFAULT_TASKS, most=context.services.max_first)
        filters = {"asset_id": str(self.asset_id)}
        page = await context.page(
            context.services.tasks, filters, first=size, after=after or None, path=info.path.as_list
        )
        return task_connection(page, context.services.unknown_values)


Entity: TypeAlias = Annotated[Asset | ThumbnailTask, strawberry.union("_Entity")]


class Reference(NamedTuple):
    """An entity's type and key."""

    type_name: str
    key: str


def read_reference(representation: object) -> Reference:
    """What a representation refers to. Fields beside its key are not looked at: no entity here requires any.

    Raises:
        BadUserInput: `INVALID_REPRESENTATION`, or `INVALID_ID` for a key out of its range.
    """
    if not isinstance(representation, Mapping):
        raise _invalid("A representation has to be an object.")
    type_name = representation.get("__typename")
    if not isinstance(type_name, str) or type_name not in KEYS:
        raise _invalid(f"`__typename` has to name an entity of this subgraph: {' or '.join(KEYS)}.")
    name = KEYS[type_name]
    if representation.get(name) in (None, ""):  # no set: a key of a wrong type may have no hash
        raise _invalid(f"The key `{name}` of `{type_name}` is missing, null or empty.")
    try:
        key: str = GraphQLID.coerce_input_value(representation[name])
    except GraphQLError as problem:
        raise _invalid(f"The key `{name}` of `{type_name}` has to be a text.") from problem
    return Reference(type_name, identifier(name, key))


async def find_entities(info: Info, representations: Sequence[object]) -> list[Any]:
    """The entity of each representation; None where the upstream knows none, and an error where it cannot be told.

    An error stands as a value in the place of its entity; graphql-core takes it from there.
    """
    found = [_reference_or_problem(each) for each in representations]
    wanted: dict[Reference, int] = {}
    for index, each in enumerate(found):
        if isinstance(each, Reference):
            wanted.setdefault(each, index)
    asked = (_find(info.context, reference, info.path.add_key(index)) for reference, index in wanted.items())
    entities = await asyncio.gather(*asked, return_exceptions=True)
    by_reference = dict(zip(wanted, entities, strict=True))
    return [by_reference[each] if isinstance(each, Reference) else each for each in found]


async def _find(context: Context, reference: Reference, path: Path) -> Asset | ThumbnailTask | None:
    if reference.type_name == "Asset":
        return Asset(asset_id=strawberry.ID(reference.key))
    return await find_task(context, reference.key, path)


def _reference_or_problem(representation: object) -> Reference | BadUserInput:
    try:
        return read_reference(representation)
    except BadUserInput as problem:
        return problem


def _invalid(message: str) -> BadUserInput:
    return BadUserInput(message, Reason.INVALID_REPRESENTATION)
