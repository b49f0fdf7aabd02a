"""A plain selection, written as the source of one Python function.

Of `{ edges { cursor node { taskId thumbnailCount } } }` comes, on one line:

    lambda source: {
        "edges": [
            {
                "cursor": v3 if (v3 := read_1(v2)) ... type(v3) is str else fail(),
                "node": None if (v4 := read_2(v2)) is None else {...} if type(v4) is class_3 else fail(),
            }
            if type(v2) is class_2 else fail()
            for v2 in v1
        ],
    } if type(source) is class_0 else fail()

The source holds names of the schema, names made here, and response names, which are GraphQL names in quotes.
"""

from collections.abc import Callable
from itertools import count
from typing import Any, NoReturn

from graphql import (
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNullableType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    SelectionSetNode,
    get_nullable_type,
    is_non_null_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from gateway.graph.shown import Shown

Build = Callable[[Any], Any]
"""Makes the answer's value from a resolver's; raises whatever it likes where that is not plain."""

_TESTS = {
    "String": "type({0}) is str",
    "ID": "type({0}) is str",
    "Int": f"type({{0}}) is int and {-(2**31)} <= {{0}} <= {2**31 - 1}",
    "Boolean": "type({0}) is bool",
}
"""What shows that a value is the answer's as it stands, by its scalar."""


class NotPlain(Exception):
    """Something in a selection takes more than its object."""


def compile_selection(executor: Executor[Any], kind: GraphQLObjectType, details: FieldDetailsList) -> Build:
    """The function for a selection on objects of a kind.

    Raises:
        NotPlain: It needs graphql-core.
    """
    if any(_has_directives(executor, detail.node.selection_set, set()) for detail in details):
        raise NotPlain
    writer = _Writer(executor)
    text, test = writer.object("source", kind, details)
    build: Build = eval(f"lambda source: {text} if {test} else fail()", writer.names)  # noqa: S307  written here
    return build


class _Writer:
    """Writes expressions, and gathers the objects that they name.

    Every method gives the text of a value, and of the test that the value stands if it is true.
    """

    def __init__(self, executor: Executor[Any]) -> None:
        self.names: dict[str, Any] = {"fail": _fail}
        self._executor = executor
        self._variables = (f"v{number}" for number in count())

    def object(self, source: str, kind: GraphQLObjectType, details: FieldDetailsList) -> tuple[str, str]:
        definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if definition is None:  # introspection
            raise NotPlain
        parts = []
        for name, field_details in self._executor.collect_subfields(kind, details).grouped_field_set.items():
            field_name = field_details[0].node.name.value
            if field_name == "__typename":
                parts.append(f"{name!r}: {kind.name!r}")
            elif field := kind.fields.get(field_name):
                parts.append(f"{name!r}: {self._field(source, field, field_details)}")
            else:
                raise NotPlain
        origin = self._name("class", (definition.concrete_of or definition).origin)
        return f"{{{', '.join(parts)}}}", f"type({source}) is {origin}"

    def _field(self, source: str, field: GraphQLField, details: FieldDetailsList) -> str:
        definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if field.args or not isinstance(definition, StrawberryField) or definition.extensions:
            raise NotPlain
        resolver = definition.base_resolver
        if resolver is None:
            return self._completed(f"{source}.{definition.python_name}", field.type, details)
        if resolver.self_parameter is None or resolver.arguments or resolver.info_parameter or resolver.is_async:
            raise NotPlain
        resolved = f"{self._name('read', resolver.wrapped_func)}({source})"
        shown = definition.metadata.get(Shown)
        if shown is None:
            return self._completed(resolved, field.type, details)
        if shown.enum is None:
            return self._completed(f"{source}.{shown.path}", field.type, details)
        return self._word(f"{source}.{shown.path}", resolved, field.type, details)

    def _completed(self, value: str, kind: GraphQLOutputType, details: FieldDetailsList) -> str:
        variable = next(self._variables)
        text, test = self._inner(variable, get_nullable_type(kind), details)
        missing = "fail()" if is_non_null_type(kind) else "None"
        return f"{missing} if ({variable} := {value}) is None else {text} if {test} else fail()"

    def _inner(self, value: str, kind: GraphQLNullableType, details: FieldDetailsList) -> tuple[str, str]:
        match kind:
            case GraphQLObjectType():
                return self.object(value, kind, details)
            case GraphQLList():
                item = next(self._variables)
                return (
                    f"[{self._completed(item, kind.of_type, details)} for {item} in {value}]",
                    f"type({value}) is list",
                )
            case GraphQLEnumType():
                names = self._name("names", {kind.coerce_input_value(name): name for name in kind.values})
                return f"{names}[{value}]", "True"
            case GraphQLScalarType() if test := _TESTS.get(kind.name):
                return value, test.format(value)
        raise NotPlain

    def _word(self, word: str, resolved: str, kind: GraphQLOutputType, details: FieldDetailsList) -> str:
        """An enum's value by its word; a word that is none is left to the resolver."""
        enum = get_nullable_type(kind)
        if not isinstance(enum, GraphQLEnumType):
            raise NotPlain
        names = self._name("names", {enum.coerce_input_value(name).value: name for name in enum.values})
        variable, missing = next(self._variables), "fail()" if is_non_null_type(kind) else "None"
        other = self._completed(resolved, kind, details)
        return f"{missing} if ({variable} := {word}) is None else {names}.get({variable}) or ({other})"

    def _name(self, prefix: str, meant: Any) -> str:
        name = f"{prefix}_{len(self.names)}"
        self.names[name] = meant
        return name


def _fail() -> NoReturn:
    raise TypeError


def _has_directives(executor: Executor[Any], selection_set: SelectionSetNode | None, seen: set[str]) -> bool:
    """Whether a directive stands anywhere below; `@skip` and `@include` may differ with every request."""
    for selection in selection_set.selections if selection_set else ():
        if selection.directives:
            return True
        inner = getattr(selection, "selection_set", None)
        if isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
            seen.add(selection.name.value)
            inner = executor.fragment_definitions[selection.name.value].selection_set
        if _has_directives(executor, inner, seen):
            return True
    return False
