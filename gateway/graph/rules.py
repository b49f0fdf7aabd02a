"""What can be told of an operation before it runs."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    ASTValidationRule,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from gateway.graph.limits import Fragments

_SUBGRAPH_SCHEMA = "_service"


def reads_upstream(operation: OperationDefinitionNode, fragments: Fragments) -> bool:
    """Whether a root field is asked for that says more than what the schema is."""
    return any(
        not field.name.value.startswith("__") and field.name.value != _SUBGRAPH_SCHEMA
        for field in root_fields(operation, fragments)
    )


def root_fields(operation: OperationDefinitionNode, fragments: Fragments) -> Iterator[FieldNode]:
    """The fields at the root of an operation, those of its fragments included, each fragment once."""
    spread: set[str] = set()
    waiting: list[SelectionSetNode] = [operation.selection_set]
    while waiting:
        for selection in waiting.pop().selections:
            match selection:
                case FieldNode():
                    yield selection
                case InlineFragmentNode():
                    waiting.append(selection.selection_set)
                case FragmentSpreadNode(name=name) if name.value in fragments and name.value not in spread:
                    spread.add(name.value)
                    waiting.append(fragments[name.value].selection_set)


class NoSubgraphSchema(ASTValidationRule):
    """Refuses to tell a federation router the schema, as graphql-core's own rule does with introspection."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Looks at a field."""
        if node.name.value == _SUBGRAPH_SCHEMA:
            self.report_error(
                GraphQLError(f"The schema may not be asked for here, also not by `{node.name.value}`.", node)
            )
