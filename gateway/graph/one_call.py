"""Whether an operation can be answered with one upstream call: all that a pre-signed request is good for."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from gateway.errors import BadUserInput, Reason

READING_BELOW = frozenset({"snapshots"})
"""The fields that read the upstream once for each parent; at the root, every field but introspection reads."""


def check_one_call(document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
    """Refuses an operation of several upstream calls before any of them is made.

    Raises:
        BadUserInput: `SIGNED_FOR_ONE_CALL`.
    """
    reads = _Reads(document, operation, variables)
    names = sorted(reads.at_root() | reads.below())
    if len(names) > 1:
        raise BadUserInput(
            "A pre-signed request is good for one upstream call, and this operation needs one for each of "
            f"{', '.join(f'`{name}`' for name in names[:5])}. Ask for one alone, with a signature of its own.",
            Reason.SIGNED_FOR_ONE_CALL,
        )


class _Reads:
    """Finds the reading fields, but for skipped ones. A fragment is walked once, however often it is spread."""

    def __init__(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> None:
        parts = document.definitions
        self._fragments = {part.name.value: part for part in parts if isinstance(part, FragmentDefinitionNode)}
        defaults = {
            definition.variable.name.value: definition.default_value.value
            for definition in operation.variable_definitions or ()
            if isinstance(definition.default_value, BooleanValueNode)
        }
        self._variables = {**defaults, **variables}
        self._root = list(self._fields(operation.selection_set, set()))

    def at_root(self) -> set[str]:
        """The names in the answer: fields of one name are merged, so that they read once."""
        return {_response_name(field) for field in self._root if not field.name.value.startswith("__")}

    def below(self) -> set[str]:
        """The names of reading fields below the root."""
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [field.selection_set for field in self._root]
        while waiting:
            for field in self._fields(waiting.pop(), seen):
                waiting.append(field.selection_set)
                if field.name.value in READING_BELOW:
                    found.add(f"... {_response_name(field)}")
        return found

    def _fields(self, selections: SelectionSetNode | None, seen: set[str]) -> Iterator[FieldNode]:
        waiting = [selections]
        while waiting:
            part = waiting.pop()
            for selection in part.selections if part else ():
                match selection:
                    case _ if not self._included(selection):
                        continue
                    case FieldNode():
                        yield selection
                    case InlineFragmentNode():
                        waiting.append(selection.selection_set)
                    case FragmentSpreadNode() if (name := selection.name.value) not in seen:
                        seen.add(name)
                        waiting.append(self._fragments[name].selection_set)

    def _included(self, selection: SelectionNode) -> bool:
        return not any(
            (directive.name.value == "skip" and self._condition(directive) is True)
            or (directive.name.value == "include" and self._condition(directive) is False)
            for directive in selection.directives or ()
        )

    def _condition(self, directive: DirectiveNode) -> object:
        (argument,) = directive.arguments or ()
        if isinstance(argument.value, VariableNode):
            return self._variables.get(argument.value.name.value)
        return getattr(argument.value, "value", None)


def _response_name(field: FieldNode) -> str:
    return (field.alias or field.name).value
