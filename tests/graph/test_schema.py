from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)

from gateway.graph import schema as schemas

COMMITTED = (Path(__file__).parents[2] / "schema.graphql").read_text(encoding="utf-8")

# The contract of the product, written a second time: types, nullability and defaults.
CONTRACT = """
type Query {
  thumbnailTasks(assetId: ID, taskId: ID, first: Int = 10, after: String): ThumbnailTaskConnection
  thumbnailTask(taskId: ID!): ThumbnailTask
  node(id: ID!): Node
}
interface Node { id: ID! }
type ThumbnailTaskConnection {
  edges: [ThumbnailTaskEdge!]!
  nodes: [ThumbnailTask]!
  pageInfo: PageInfo!
  totalCount: Int
  truncated: Boolean!
}
type ThumbnailTaskEdge { cursor: String! node: ThumbnailTask }
type ThumbnailTask implements Node {
  id: ID!
  taskId: ID
  thumbnailCount: Int
  parameters: ThumbnailParameters
  snapshots(first: Int = 20, after: String): SnapshotConnection
}
type ThumbnailParameters {
  type: ThumbnailType
  quantity: Int
  quantityTime: Int
  time: Int
  dots: [Int]
  coverPosition: Int
  format: ThumbnailFormat
  aspectRatio: AspectRatio
  maxLength: Int
}
enum ThumbnailType { TIME DOTS QUANTITY UNKNOWN }
enum ThumbnailFormat { JPG UNKNOWN }
enum AspectRatio { ADAPTIVE RATIO_16_9 UNKNOWN }
type SnapshotConnection {
  edges: [SnapshotEdge!]!
  nodes: [Snapshot]!
  pageInfo: PageInfo!
  totalCount: Int
  truncated: Boolean!
}
type SnapshotEdge { cursor: String! node: Snapshot }
type Snapshot { url: String! offsetSeconds: Int! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
"""


def own_types(schema: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    """The types that are not GraphQL's."""
    return {
        name: kind
        for name, kind in schema.type_map.items()
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind)
    }


def shape(kind: GraphQLNamedType) -> object:
    """All of a type but its descriptions."""
    if isinstance(kind, GraphQLEnumType):
        return list(kind.values)
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    fields = {
        name: (
            str(field.type),
            {key: (str(argument.type), repr(argument.default_value)) for key, argument in field.args.items()},
        )
        for name, field in kind.fields.items()
    }
    return [each.name for each in kind.interfaces], fields


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(schemas.print_schema(schemas.build_schema()))


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    """To the octet; `vod-gateway schema > schema.graphql` writes it."""
    assert schemas.print_schema(schemas.build_schema()) == COMMITTED


def test_the_schema_keeps_the_contract(schema: GraphQLSchema) -> None:
    """Type by type, field by field: nothing more, nothing less, nothing of another type or nullability."""
    contract = own_types(build_schema(CONTRACT))
    served = own_types(schema)
    assert sorted(served) == sorted(contract)
    for name, kind in contract.items():
        assert shape(served[name]) == shape(kind), name


def test_everything_is_described(schema: GraphQLSchema) -> None:
    """Types, fields, arguments and values: at least a sentence, with a full stop."""
    missing = []
    for name, kind in own_types(schema).items():
        described = {name: kind.description}
        if isinstance(kind, GraphQLEnumType):
            described |= {f"{name}.{value}": each.description for value, each in kind.values.items()}
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in kind.fields.items():
                described[f"{name}.{field_name}"] = field.description
                described |= {f"{name}.{field_name}({key})": each.description for key, each in field.args.items()}
        missing += [place for place, text in described.items() if not (text or "").strip().endswith(".")]
    assert missing == []


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("ThumbnailParameters", "bills"),
        ("ThumbnailTaskConnection.totalCount", "leave open"),
        ("ThumbnailParameters.time", "default 12"),
        ("ThumbnailParameters.time", "0 to 100"),
        ("ThumbnailParameters.quantity", "1 to 10"),
        ("ThumbnailParameters.quantityTime", "2147483647"),
        ("ThumbnailParameters.maxLength", "pixels"),
        ("ThumbnailParameters.maxLength", "default 480"),
        ("ThumbnailParameters.coverPosition", "default 1"),
        ("Snapshot.offsetSeconds", "seconds"),
        ("Query.thumbnailTasks", "does not document"),
        ("ThumbnailTaskConnection.truncated", "20 100"),
    ],
)
def test_the_vendors_ranges_units_and_caveats_are_told(schema: GraphQLSchema, place: str, words: str) -> None:
    """A reader of the schema needs no second page."""
    type_name, _, field_name = place.partition(".")
    kind = schema.type_map[type_name]
    if field_name:
        assert isinstance(kind, GraphQLObjectType)
        assert words in (kind.fields[field_name].description or "")
    else:
        assert words in (kind.description or "")
