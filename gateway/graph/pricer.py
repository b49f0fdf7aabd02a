"""Prices an operation: walks what it selects, once for each object, with the values of its variables.

What holds no variable costs the same every time, and is walked once for a document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType
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
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
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

from gateway.graph.cost import Cost, Price, PriceOf
from gateway.graph.limits import Fragments

_MOST_KNOWN = 1_000
"""Costs kept for one document: what is nested in lists has one for each length of them."""

_PLAIN = (int, str, bool, NoneType)


class KnownCosts:
    """What is known of one document's selections; kept as long as the document is."""

    def __init__(self) -> None:
        self._constant: dict[int, bool] = {}
        self._costs: dict[tuple[Any, ...], Cost] = {}

    def constant(self, selection_set: SelectionSetNode, fragments: Fragments) -> bool:
        """Whether no variable stands anywhere in a selection."""
        known = self._constant.get(id(selection_set))
        if known is None:
            known = all(self._is_constant(each, fragments) for each in selection_set.selections)
            self._constant[id(selection_set)] = known
        return known

    def find(self, key: tuple[Any, ...]) -> Cost | None:
        """What a constant selection was found to cost."""
        return self._costs.get(key)

    def keep(self, key: tuple[Any, ...], cost: Cost) -> None:
        """Keeps what a constant selection costs."""
        if len(self._costs) < _MOST_KNOWN:
            self._costs[key] = cost

    def _is_constant(self, selection: SelectionNode, fragments: Fragments) -> bool:
        below: SelectionSetNode | None = getattr(selection, "selection_set", None)
        if isinstance(selection, FragmentSpreadNode):
            below = fragments[selection.name.value].selection_set
        inputs = [*(getattr(selection, "arguments", None) or ()), *(selection.directives or ())]
        return not any(map(_has_variable, inputs)) and (below is None or self.constant(below, fragments))


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

    def price(
        self,
        operation: OperationDefinitionNode,
        fragments: Fragments,
        variables: VariableValues,
        known: KnownCosts | None = None,
    ) -> Cost:
        """What a valid operation costs.

        Args:
            operation: The operation.
            fragments: Those of its document.
            variables: Its variables' values.
            known: What is known of its document.
        """
        known = known or KnownCosts()
        values = tuple(variables.coerced.items())
        key = (id(operation), values) if all(type(value) in _PLAIN for _, value in values) else None
        cost = known.find(key) if key else None  # a poll asks with the same values again
        if cost is None:
            root = self._schema.get_root_type(operation.operation)
            assert root is not None  # noqa: S101  a valid operation has one
            walk = _Walk(self._schema, self._prices, self._introspection, fragments, variables, known)
            cost = walk.cost(root, [operation.selection_set], rows=1)
            if key:
                known.keep(key, cost)
        return cost


@dataclass(frozen=True, slots=True)
class _Walk:
    schema: GraphQLSchema
    prices: Mapping[str, PriceOf]
    introspection: Mapping[str, int]
    fragments: Fragments
    variables: VariableValues
    known: KnownCosts

    def cost(self, parent: GraphQLCompositeType, selection_sets: list[SelectionSetNode], *, rows: int) -> Cost:
        """The cost of one object's fields; `rows` is how long a list below may be."""
        if not all(self.known.constant(each, self.fragments) for each in selection_sets):
            return self._cost(parent, selection_sets, rows)
        key = (parent.name, rows, *map(id, selection_sets))
        cost = self.known.find(key)
        if cost is None:
            cost = self._cost(parent, selection_sets, rows)
            self.known.keep(key, cost)
        return cost

    def _cost(self, parent: GraphQLCompositeType, selection_sets: list[SelectionSetNode], rows: int) -> Cost:
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


def _has_variable(node: Node) -> bool:
    """Whether a variable stands in an argument or a directive."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, VariableNode):
            return True
        for name in node.keys:
            inner = getattr(node, name, None)
            waiting += [each for each in (inner if isinstance(inner, tuple) else [inner]) if isinstance(each, Node)]
    return False


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
