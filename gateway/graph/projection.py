"""Selections of plain values, compiled once for a document into functions that build the answer.

graphql-core's executor spends most of a page's time on book-keeping for every field of every row: paths,
resolve infos, type checks. A selection below which every field is plain (it has no arguments, its resolver
is synchronous and takes nothing but the object) needs none of that. It is compiled when it is first met
and built in one go from then on.

Whatever is not plain (arguments, abstract types, directives) is not compiled, and whatever goes wrong
while building (a null where none may be, a value that does not fit, a resolver that raises) is executed
again by graphql-core, which also words the errors. So both give the same answers, and the tests hold them
against each other.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from graphql import (
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    SelectionSetNode,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from typing_extensions import override

Build = Callable[[Any], Any]
"""Makes the answer's value from a resolver's; raises whatever it likes where that is not plain."""

_MOST_INT, _LEAST_INT = 2**31 - 1, -(2**31)


class Projections:
    """The compiled selections of one document; kept as long as the document is."""

    def __init__(self) -> None:
        self._builds: dict[tuple[Any, ...], Build | None] = {}

    def find(self, executor: Executor[Any], kind: GraphQLObjectType, details: FieldDetailsList) -> Build | None:
        """The function for a selection on objects of a kind; None where it is not plain."""
        key = (kind.name, *[id(detail.node) for detail in details])
        if key not in self._builds:
            self._builds[key] = _object(executor, kind, details)
        return self._builds[key]


class ProjectingExecutor(Executor[Any]):
    """graphql-core's executor, with the plain selections built by compiled functions."""

    def __init__(self, *args: Any, projections: Projections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._projections = projections

    @override
    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        build = self._projections.find(self, return_type, field_details_list)
        if build is not None:
            try:
                return build(result)
            except Exception:  # noqa: BLE001, S110  graphql-core meets it again below, and words it
                pass
        return super().complete_object_value(return_type, field_details_list, info, path, result, position_context)


def _object(executor: Executor[Any], kind: GraphQLObjectType, details: FieldDetailsList) -> Build | None:
    selections = [detail.node.selection_set for detail in details]
    if any(selection is None or _has_directives(executor, selection, set()) for selection in selections):
        return None
    definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if definition is None:  # introspection
        return None
    origin = (definition.concrete_of or definition).origin
    steps: list[tuple[str, Build, Build]] = []
    for name, field_details in executor.collect_subfields(kind, details).grouped_field_set.items():
        field_name = field_details[0].node.name.value
        if field_name == "__typename":
            steps.append((name, lambda _: kind.name, lambda value: value))
            continue
        field = kind.fields.get(field_name)
        read = None if field is None else _reader(field)
        complete = None if field is None else _completion(executor, field.type, field_details)
        if read is None or complete is None:
            return None
        steps.append((name, read, complete))

    def build(source: Any) -> dict[str, Any]:
        if type(source) is not origin:
            raise TypeError
        return {name: complete(read(source)) for name, read, complete in steps}

    return build


def _has_directives(executor: Executor[Any], selection_set: SelectionSetNode, seen: set[str]) -> bool:
    """Whether a directive stands anywhere below; `@skip` and `@include` may differ with every request."""
    for selection in selection_set.selections:
        if selection.directives:
            return True
        inner = getattr(selection, "selection_set", None)
        if isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
            seen.add(selection.name.value)
            inner = executor.fragment_definitions[selection.name.value].selection_set
        if inner is not None and _has_directives(executor, inner, seen):
            return True
    return False


def _reader(field: GraphQLField) -> Build | None:
    """What gets a field's value from its object; None where that takes more than the object."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if field.args or not isinstance(definition, StrawberryField) or definition.extensions:
        return None
    resolver = definition.base_resolver
    if resolver is None:
        name = definition.python_name
        return lambda source: getattr(source, name)
    takes_self_only = resolver.self_parameter is not None and not resolver.arguments and resolver.info_parameter is None
    return cast("Build", resolver.wrapped_func) if takes_self_only and not resolver.is_async else None


def _completion(executor: Executor[Any], kind: GraphQLOutputType, details: FieldDetailsList) -> Build | None:
    """What makes a resolver's value one of the answer's, by its type."""
    if isinstance(kind, GraphQLNonNull):
        inner = _inner(executor, kind.of_type, details)
        return inner and _non_null(inner)
    inner = _inner(executor, kind, details)
    return inner and _nullable(inner)


def _inner(executor: Executor[Any], kind: GraphQLOutputType, details: FieldDetailsList) -> Build | None:
    if isinstance(kind, GraphQLList):
        item = _completion(executor, kind.of_type, details)
        return None if item is None else lambda values: [item(value) for value in values]
    if isinstance(kind, GraphQLObjectType):
        return _object(executor, kind, details)
    if isinstance(kind, GraphQLEnumType):
        return {kind.coerce_input_value(name): name for name in kind.values}.__getitem__
    return _SCALARS.get(kind.name) if isinstance(kind, GraphQLScalarType) else None


def _nullable(complete: Build) -> Build:
    return lambda value: None if value is None else complete(value)


def _non_null(complete: Build) -> Build:
    def completed(value: Any) -> Any:
        if value is None:
            raise TypeError
        return complete(value)

    return completed


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _int(value: Any) -> int:
    if type(value) is not int or not _LEAST_INT <= value <= _MOST_INT:
        raise TypeError
    return value


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise TypeError
    return value


_SCALARS: Mapping[str, Build] = {"String": _text, "ID": _text, "Int": _int, "Boolean": _boolean}
