"""What an operation costs, told before it runs: upstream calls, and fields of its answer.

The price is the worst case of an operation that finds nothing remembered. A page of `first` rows takes

    ceil((first + 1) / 99)                          calls, because windows of 100 rows overlap by one;
    1 more, and the bound of the search for its place   behind a cursor, or over more than one window.

A field below a list costs its price for each row that the list may have. `@skip` and `@include` count,
and so do the values of variables. The formula with examples: docs/http.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableValues,
    get_argument_values,
    get_directive_values,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from gateway.errors import BadUserInput, QueryTooComplex, Reason
from gateway.graph.limits import Fragments, too_complex
from gateway.paging.plan import STEP

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one field.

    Args:
        calls: Upstream calls.
        rows: The rows that the lists below may have.
        reads: How often it reads the upstream by itself.
        representations: A router's, each of which may be an error of its own, without any call.
    """

    calls: int
    rows: int = 1
    reads: int = 1
    representations: int = 0


PriceOf = Callable[[Arguments], Price]


@dataclass(frozen=True, slots=True)
class Cost:
    """The price of a whole operation.

    Args:
        calls: Upstream calls.
        fields: Fields of the answer, those of lists once for each row.
        reads: Fields that read the upstream, those of lists once.
        representations: A router's, of all its fields together.
    """

    calls: int
    fields: int
    reads: int
    representations: int = 0


@dataclass(frozen=True)
class Budget:
    """The most an operation may cost."""

    calls: int
    fields: int
    representations: int

    def check(self, cost: Cost) -> None:
        """Refuses what is dearer.

        Raises:
            QueryTooComplex: With both numbers.
        """
        if cost.calls > self.calls:
            raise QueryTooComplex(
                f"This operation may cost {cost.calls} upstream calls; the limit `max_cost` is {self.calls}. "
                "Ask for fewer rows, or for less below each row.",
                limit="max_cost",
                maximum=self.calls,
                actual=cost.calls,
            )
        if cost.fields > self.fields:
            raise too_complex("max_answer_fields", self.fields, cost.fields)
        if cost.representations > self.representations:
            raise too_complex("max_representations", self.representations, cost.representations)


def check_one_read(cost: Cost) -> None:
    """Refuses what a pre-signed request, which is good for one upstream call, cannot answer.

    Raises:
        BadUserInput: `SIGNED_FOR_ONE_CALL`.
    """
    if cost.reads > 1:
        raise BadUserInput(
            f"A pre-signed request is good for one upstream call, and {cost.reads} fields of this operation need one "
            "each. Ask for one of them alone, with a signature of its own.",
            Reason.SIGNED_FOR_ONE_CALL,
        )


def page_price(*, default: int, most: int, search_calls: int) -> PriceOf:
    """The price of a connection field.

    Args:
        default: Its `first` where that is null.
        most: The highest `first`; the field itself refuses what is out of range, without any call.
        search_calls: The most calls for finding a page's place.
    """

    def price(arguments: Arguments) -> Price:
        first = default if arguments.get("first") is None else arguments["first"]
        if not 0 <= first <= most:
            return Price(0, 0)
        windows = ceil((first + 1) / STEP)
        looks = windows > 1 or bool(arguments.get("after"))
        return Price(windows + (1 + search_calls if looks else 0), first)

    return price


def one_call(arguments: Arguments) -> Price:  # noqa: ARG001  a price's signature
    """The price of a field that reads one row."""
    return Price(1)


class Pricer:
    """Prices operations of one schema.

    Args:
        schema: What they are validated against.
        prices: The prices of fields, by type and field, such as `Query.thumbnailTask`; all others are free.
    """

    def __init__(self, schema: GraphQLSchema, prices: Mapping[str, PriceOf]) -> None:
        self._schema = schema
        self._prices = prices
        self._introspection = introspection_lengths(schema)

    def price(self, operation: OperationDefinitionNode, fragments: Fragments, variables: VariableValues) -> Cost:
        """What a valid operation costs."""
        root = self._schema.get_root_type(operation.operation)
        assert root is not None  # noqa: S101  a valid operation has one
        walk = _Walk(self._schema, self._prices, self._introspection, fragments, variables)
        return walk.cost(root, [operation.selection_set], rows=1)


@dataclass(frozen=True, slots=True)
class _Walk:
    schema: GraphQLSchema
    prices: Mapping[str, PriceOf]
    introspection: Mapping[str, int]
    fragments: Fragments
    variables: VariableValues

    def cost(self, parent: GraphQLCompositeType, selection_sets: list[SelectionSetNode], *, rows: int) -> Cost:
        """The cost of one object's fields; `rows` is how long a list below may be."""
        calls = fields = reads = representations = 0
        for definition, type_name, nodes in self._fields(parent, selection_sets):
            name = nodes[0].name.value
            price_of = self.prices.get(f"{type_name}.{name}")
            arguments = get_argument_values(definition, nodes[0], self.variables)
            price = price_of(arguments) if price_of else Price(0, rows, reads=0)
            calls += price.calls
            fields += 1
            reads += price.reads
            representations += price.representations
            below = [node.selection_set for node in nodes if node.selection_set]
            result = get_named_type(definition.type)
            if below and is_composite_type(result):
                inside = self.cost(result, below, rows=price.rows)
                times = 1
                if _is_list(definition):
                    times = self.introspection[name] if type_name.startswith("__") else price.rows
                calls += times * inside.calls
                fields += times * inside.fields
                reads += inside.reads
        return Cost(calls, fields, reads, representations)

    def _fields(
        self, parent: GraphQLCompositeType, selection_sets: list[SelectionSetNode]
    ) -> list[tuple[GraphQLField, str, list[FieldNode]]]:
        """The fields that may meet in one object, each with its definition and its type's name.

        Fields of one response name are one field. On different types they are two, of which an object has one:
        both count, because either may be the dearer one.
        """
        found: dict[tuple[str, str], tuple[GraphQLField, str, list[FieldNode]]] = {}
        waiting = [(parent, selection_set) for selection_set in reversed(selection_sets)]
        spread: set[str] = set()
        while waiting:
            on_type, selection_set = waiting.pop()
            for selection in selection_set.selections:
                if not self._included(selection):
                    continue
                match selection:
                    case FieldNode(alias=alias, name=name):
                        definition = self.schema.get_field(on_type, name.value)
                        if definition is not None:
                            key = on_type.name, (alias or name).value
                            entry = found.setdefault(key, (definition, on_type.name, []))
                            entry[2].append(selection)
                    case InlineFragmentNode():
                        waiting.append((self._narrowed(on_type, selection), selection.selection_set))
                    case FragmentSpreadNode(name=name) if name.value not in spread:
                        spread.add(name.value)
                        fragment = self.fragments[name.value]
                        waiting.append((self._narrowed(on_type, fragment), fragment.selection_set))
        return list(found.values())

    def _narrowed(self, on_type: GraphQLCompositeType, fragment: Any) -> GraphQLCompositeType:
        condition = fragment.type_condition and self.schema.get_type(fragment.type_condition.name.value)
        return condition if is_composite_type(condition) else on_type

    def _included(self, selection: Any) -> bool:
        if not selection.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, selection, self.variables)
        include = get_directive_values(GraphQLIncludeDirective, selection, self.variables)
        return not (skip and skip["if"]) and not (include and not include["if"])


def _is_list(definition: GraphQLField) -> bool:
    result = definition.type
    return is_list_type(result.of_type if is_non_null_type(result) else result)


def introspection_lengths(schema: GraphQLSchema) -> Mapping[str, int]:
    """How long the lists of the schema's own description are at most, by the names of their fields."""
    types = schema.type_map.values()
    fields = [each.fields for each in types if is_object_type(each) or is_interface_type(each)]
    directives = schema.directives
    return {
        "types": len(schema.type_map),
        "directives": len(directives),
        "fields": max(len(each) for each in fields),
        "args": max(
            *(len(field.args) for each in fields for field in each.values()),
            *(len(directive.args) for directive in directives),
        ),
        "enumValues": max(len(each.values) for each in types if is_enum_type(each)),
        "inputFields": max((len(each.fields) for each in types if is_input_object_type(each)), default=0),
        "interfaces": max(len(each.interfaces) for each in types if is_object_type(each)),
        "possibleTypes": max(len(schema.get_possible_types(each)) for each in types if is_abstract_type(each)),
    }
