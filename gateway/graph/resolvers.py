"""Resolvers called with what graphql-core has read, where Strawberry would convert nothing.

Strawberry looks at each argument anew for every call of a resolver: how it is named, what its type is made of.
An argument of a scalar comes as its resolver takes it, but for the name, and names are known once and for all.
"""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo, is_object_type
from strawberry import ID, Schema
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryOptional
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

_SCALARS = (ID, str, int, float, bool)
"""The Python types that graphql-core makes itself."""


def call_directly(schema: Schema) -> None:
    """Puts such resolvers in the place of Strawberry's, in a schema that is not in use yet."""
    for kind in schema._schema.type_map.values():  # noqa: SLF001  graphql-core's schema; there is no public name for it
        for field in kind.fields.values() if is_object_type(kind) else ():
            definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if not isinstance(definition, StrawberryField) or definition.extensions:
                continue
            resolver = definition.base_resolver
            if resolver is not None and _is_plain(resolver) and all(map(_is_scalar, definition.arguments)):
                field.resolve = _direct(schema, definition, resolver)


def _is_plain(resolver: StrawberryResolver[Any]) -> bool:
    """Whether it is called with its object, `info` and its arguments."""
    if resolver.root_parameter or resolver.parent_parameter or not resolver.self_parameter:
        return False
    info = resolver.info_parameter
    return resolver.is_async and info is not None and info.name == "info"


def _is_scalar(argument: StrawberryArgument) -> bool:
    kind = argument.type
    return (kind.of_type if type(kind) is StrawberryOptional else kind) in _SCALARS


def _direct(schema: Schema, field: StrawberryField, resolver: StrawberryResolver[Any]) -> Callable[..., Any]:
    make_info = schema.config.info_class
    names = {schema.config.name_converter.from_argument(each): each.python_name for each in field.arguments}

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        named = {names[name]: value for name, value in arguments.items()}
        return resolver(source, info=make_info(_raw_info=info, _field=field), **named)

    return resolve
