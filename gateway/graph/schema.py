"""The schema, built and printed."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway.graph.query import Query
from gateway.graph.types import ThumbnailTask


def build_schema() -> strawberry.Schema:
    """The schema that this gateway serves."""
    return strawberry.Schema(query=Query, types=[ThumbnailTask], config=StrawberryConfig(relay_max_results=1_000))


def print_schema(schema: strawberry.Schema) -> str:
    """The schema's text, as `schema.graphql` holds it."""
    return schema.as_str() + "\n"
