"""The schema as a subgraph of an Apollo Federation 2 supergraph.

Specification: apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec.
Version 2.9 of its directives is the newest that the composers in use all accept.
"""

from typing import Any, cast

import strawberry
from graphql import (
    REMOVE,
    FieldDefinitionNode,
    NamedTypeNode,
    Node,
    TypeDefinitionNode,
    TypeNode,
    Visitor,
    VisitorAction,
    parse,
    print_ast,
    visit,
)
from strawberry.federation.schema import FederationAny
from strawberry.federation.schema import Schema as FederationSchema

from gateway.graph.context import Info
from gateway.graph.entities import Asset, Entity, find_entities
from gateway.graph.query import Query
from gateway.graph.resolvers import call_directly
from gateway.graph.types import ThumbnailTask

KEPT_BACK = frozenset({"_Any", "_Entity", "_Service", "Node"})
"""Types that a router is not shown: its own machinery, and `Node`, because an `id` of ours means nothing to the
`node` of another subgraph, which may well be the one that the supergraph has."""


@strawberry.type(name="_Service", description="What this subgraph adds to a supergraph.")
class SubgraphService:
    """The federation's `_Service`."""

    sdl: str = strawberry.field(description="The subgraph's schema.")


@strawberry.type(name="Query", description=Query.__strawberry_definition__.description)  # type: ignore[attr-defined]
class SubgraphQuery(Query):
    """The root with the two fields that a router needs."""

    @strawberry.field(name="_service", description="What this subgraph adds to a supergraph; needs no credential.")
    def service(self, info: Info) -> SubgraphService:
        """The subgraph's schema."""
        return SubgraphService(sdl=cast("Subgraph", info.schema).sdl)

    @strawberry.field(
        name="_entities",
        description="The objects that other subgraphs refer to by their keys, in the order of the representations. "
        "Each may fail alone: it is null then, with an error at its path.",
    )
    async def entities(self, info: Info, representations: list[FederationAny]) -> list[Entity | None]:
        """The entities of a router's representations."""
        return await find_entities(info, representations)


class Subgraph(FederationSchema):
    """The schema that is served.

    Attributes:
        sdl: What a router is shown of it.
    """

    def __init__(self) -> None:
        super().__init__(
            query=SubgraphQuery,
            types=[ThumbnailTask, Asset],
            federation_version="2.9",
        )
        call_directly(self)
        self.sdl = print_ast(visit(parse(self.as_str()), _KeepBack())) + "\n"


class _KeepBack(Visitor):
    """Takes types out of a document, and every field and interface that leads to them."""

    def enter(self, node: Node, *_: Any) -> VisitorAction:
        match node:
            case TypeDefinitionNode() if node.name.value in KEPT_BACK:
                return REMOVE
            case FieldDefinitionNode() if _named(node.type) in KEPT_BACK:
                return REMOVE
            case NamedTypeNode() if node.name.value in KEPT_BACK:
                return REMOVE
        return None


def _named(node: TypeNode) -> str:
    while not isinstance(node, NamedTypeNode):
        node = cast("Any", node).type
    return node.name.value
