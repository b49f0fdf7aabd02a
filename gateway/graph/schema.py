"""The schema, built and printed: as clients see it, and as a federation router does."""

from operator import attrgetter

from graphql import GraphQLObjectType, GraphQLSchema, print_type
from graphql.type import is_introspection_type, is_specified_scalar_type

from gateway.graph.subgraph import Subgraph


def build_schema() -> Subgraph:
    """The schema that this gateway serves."""
    return Subgraph()


def api_schema(schema: Subgraph) -> GraphQLSchema:
    """The schema as clients see it: without the root fields for routers, and without what only these lead to."""
    served = schema._schema  # noqa: SLF001  graphql-core's schema; Strawberry has no public name for it
    query, task = served.query_type, served.type_map["ThumbnailTask"]
    assert query is not None  # noqa: S101  Strawberry builds no schema without one
    arguments = query.to_kwargs()
    arguments["fields"] = {name: field for name, field in query.fields.items() if not name.startswith("_")}
    return GraphQLSchema(query=GraphQLObjectType(**arguments), types=[task])


def print_schema(schema: Subgraph) -> str:
    """The text of the schema as clients see it, types by name: plain GraphQL that every tool can build."""
    types = api_schema(schema).type_map.values()
    own = (kind for kind in types if not is_introspection_type(kind) and not is_specified_scalar_type(kind))
    return "\n\n".join(print_type(kind) for kind in sorted(own, key=attrgetter("name"))) + "\n"
