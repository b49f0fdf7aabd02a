"""Resolvers called with what graphql-core has read, where Strawberry would convert nothing.

Strawberry looks at each argument anew for every call of a resolver: how it is named, what its type is made of.
An argument of a scalar comes as its resolver takes it, but for the name, and names are known once and for all.
"""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLField, GraphQLResolveInfo, GraphQLScalarType, get_nullable_type, is_object_type
from strawberry import Schema
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver


def call_directly(schema: Schema) -> None:
    """Puts such resolvers in the place of Strawberry's, in a schema that is not in use yet."""
    for kind in schema._schema.type_map.values():  # noqa: SLF001  graphql-core's schema; there is no public name for it
        for field in kind.fields.values() if is_object_type(kind) else ():
            definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if not isinstance(definition, StrawberryField) or definition.extensions:
                continue
            resolver = definition.base_resolver
            if resolver is not None and _takes_scalars(field, resolver):
                field.resolve = _direct(schema, definition, resolver)


def _takes_scalars(field: GraphQLField, resolver: StrawberryResolver[Any]) -> bool:
    """Whether a resolver is called with its object, its info and scalars."""
    if not resolver.is_async or resolver.self_parameter is None or resolver.info_parameter is None:
        return False
    return all(isinstance(get_nullable_type(argument.type), GraphQLScalarType) for argument in field.args.values())


def _direct(schema: Schema, field: StrawberryField, resolver: StrawberryResolver[Any]) -> Callable[..., Any]:
    make_info = schema.config.info_class
    names = {schema.config.name_converter.from_argument(each): each.python_name for each in field.arguments}

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        named = {names[name]: value for name, value in arguments.items()}
        return resolver(source, info=make_info(_raw_info=info, _field=field), **named)

    return resolve
