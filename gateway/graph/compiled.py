"""A plain selection, written as the source of one Python function.

Of `{ edges { node { count: thumbnailCount } } }` on a connection comes this, on one line:

    lambda source: {
        'edges': fail() if (v0 := source.of.edges) is None else [
            fail() if (v2 := v1) is None else {
                'node': None if (v3 := check_5(v2)) is None else {
                    'count': None if (v4 := v3.row.thumbnail_count) is None
                    else v4 if type(v4) is int and -2147483648 <= v4 <= 2147483647 else fail()
                }
            }
            for v1 in v0
        ] if type(v0) is list else fail()
    } if type(source) is class_8 else fail()

It holds names of the schema's own Python, names made here, and response names, which are GraphQL names in quotes;
nothing else of what a client wrote. Where a field says what it shows (`gateway.graph.shown`), the value is read
there: no resolver is called, and no object is made for it.
"""

from collections.abc import Callable
from itertools import count
from typing import Any, NamedTuple, NoReturn

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
    text = writer.object("source", kind, details)
    build: Build = eval(f"lambda source: {text}", writer.names)  # noqa: S307  written here, see above
    return build


class _Holder(NamedTuple):
    """Expressions for an object whose fields are read: itself, what it is of, and what reads its words."""

    source: str
    of: str
    words: str


class _Writer:
    """Writes expressions, and gathers the objects that they name."""

    def __init__(self, executor: Executor[Any]) -> None:
        self.names: dict[str, Any] = {"fail": _fail}
        self._executor = executor
        self._variables = (f"v{number}" for number in count())

    def object(self, source: str, kind: GraphQLObjectType, details: FieldDetailsList) -> str:
        """The selection on the object that a variable holds."""
        fields = self._fields(_Holder(source, f"{source}.of", f"{source}.words"), kind, details)
        return f"{fields} if type({source}) is {self._origin(kind)} else fail()"

    def _shown_object(self, of: str, words: str, kind: GraphQLObjectType, details: FieldDetailsList) -> str:
        """The selection on an object that need not be made: what it is of is in a variable."""
        made = f"{self._origin(kind)}(of={of}, words={words})"
        return self._fields(_Holder(made, of, words), kind, details)

    def _origin(self, kind: GraphQLObjectType) -> str:
        definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if definition is None:  # introspection
            raise NotPlain
        return self._name("class", (definition.concrete_of or definition).origin)

    def _fields(self, holder: _Holder, kind: GraphQLObjectType, details: FieldDetailsList) -> str:
        parts = []
        for name, field_details in self._executor.collect_subfields(kind, details).grouped_field_set.items():
            field_name = field_details[0].node.name.value
            if field_name == "__typename":
                parts.append(f"{name!r}: {kind.name!r}")
            elif field := kind.fields.get(field_name):
                parts.append(f"{name!r}: {self._field(holder, field, field_details)}")
            else:
                raise NotPlain
        return f"{{{', '.join(parts)}}}"

    def _field(self, holder: _Holder, field: GraphQLField, details: FieldDetailsList) -> str:
        definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if field.args or not isinstance(definition, StrawberryField) or definition.extensions:
            raise NotPlain
        resolver = definition.base_resolver
        if resolver is None:
            return self._completed(f"{holder.source}.{definition.python_name}", field.type, details)
        if resolver.self_parameter is None or resolver.arguments or resolver.info_parameter or resolver.is_async:
            raise NotPlain
        resolved = f"{self._name('read', resolver.wrapped_func)}({holder.source})"
        shown = definition.metadata.get(Shown)
        if shown is None:
            return self._completed(resolved, field.type, details)
        value = f"{holder.of}.{shown.path}" if shown.path else holder.of
        if shown.check:
            value = f"{self._name('check', shown.check)}({value})"
        if shown.enum:
            return self._word(value, resolved, field.type, details)
        return self._completed(value, field.type, details, holder.words)

    def _completed(
        self, value: str, kind: GraphQLOutputType, details: FieldDetailsList, words: str | None = None
    ) -> str:
        """A value by its type; with `words`, the objects in it are those that would be shown."""
        variable, missing = next(self._variables), "fail()" if is_non_null_type(kind) else "None"
        text = self._present(variable, get_nullable_type(kind), details, words)
        return f"{missing} if ({variable} := {value}) is None else {text}"

    def _present(self, value: str, kind: GraphQLNullableType, details: FieldDetailsList, words: str | None) -> str:
        match kind:
            case GraphQLObjectType():
                return self._shown_object(value, words, kind, details) if words else self.object(value, kind, details)
            case GraphQLList():
                item = next(self._variables)
                items = f"[{self._completed(item, kind.of_type, details, words)} for {item} in {value}]"
                return f"{items} if type({value}) is list else fail()"
            case GraphQLEnumType():
                return f"{self._name('names', {kind.coerce_input_value(name): name for name in kind.values})}[{value}]"
            case GraphQLScalarType() if test := _TESTS.get(kind.name):
                return f"{value} if {test.format(value)} else fail()"
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
