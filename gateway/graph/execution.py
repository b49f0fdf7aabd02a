"""Runs a document: read, choose the operation, check the variables, execute.

graphql-core executes the schema that Strawberry builds. Strawberry's own `execute` runs the same steps,
but its result does not tell a refused request from a failed field, and HTTP statuses hang on that.
"""

import inspect
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    VariableValues,
    execute,
    get_variable_values,
)

from gateway.errors import ValidationFailed
from gateway.graph.context import Context, no_credential
from gateway.graph.documents import Documents, choose_operation
from gateway.graph.error_answers import FormattedError, RequestRefused, field_errors
from gateway.graph.one_call import check_one_call
from gateway.graph.rules import reads_upstream


@dataclass(frozen=True)
class Operation:
    """An operation that is ready to run."""

    document: DocumentNode
    definition: OperationDefinitionNode
    variables: dict[str, Any]

    @property
    def name(self) -> str | None:
        """Its name in the document."""
        return None if self.definition.name is None else self.definition.name.value

    @property
    def is_query(self) -> bool:
        """Whether it only reads."""
        return self.definition.operation is OperationType.QUERY


@dataclass(frozen=True)
class Outcome:
    """What an operation answered."""

    data: dict[str, Any] | None
    errors: list[FormattedError]


class Executor:
    """Runs operations of one schema.

    Args:
        schema: Strawberry's.
        max_documents: How many sound documents are remembered.
    """

    def __init__(self, schema: strawberry.Schema, *, max_documents: int) -> None:
        self._schema = schema._schema  # noqa: SLF001  graphql-core's schema; Strawberry has no public name for it
        self._documents = Documents(self._schema, most=max_documents)

    def prepare(self, text: str, name: str | None, variables: dict[str, Any]) -> Operation:
        """An operation, with everything checked that can be checked before it runs.

        Raises:
            RequestRefused: The document, the choice of the operation, or the variables are wrong.
        """
        document = self._documents.read(text)
        definition = choose_operation(document, name)
        if self._schema.get_root_type(definition.operation) is None:
            problem = GraphQLError(f"This schema has no {definition.operation.value}s, only queries.", definition)
            raise RequestRefused(ValidationFailed, [problem])
        checked = get_variable_values(self._schema, definition.variable_definitions or (), variables, max_errors=10)
        if not isinstance(checked, VariableValues):
            raise RequestRefused(ValidationFailed, checked)
        return Operation(document, definition, variables)

    async def run(self, operation: Operation, context: Context) -> Outcome:
        """Executes an operation.

        Raises:
            Unauthenticated: It reads the upstream, and the request holds no credential.
            BadUserInput: It needs several upstream calls, and the credential is good for one.
        """
        if context.who is None and reads_upstream(operation.document, operation.definition):
            raise no_credential()
        if context.who is not None and context.who.credential.one_request:
            check_one_call(operation.document, operation.definition, operation.variables)
        result = execute(
            self._schema,
            operation.document,
            context_value=context,
            variable_values=operation.variables,
            operation_name=operation.name,
        )
        if inspect.isawaitable(result):
            result = await result
        return Outcome(result.data, field_errors(result.errors))
