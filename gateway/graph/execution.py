"""Runs a document: read, choose the operation, check the variables, price it, execute.

graphql-core executes the schema that Strawberry builds. Strawberry's own `execute` runs the same steps,
but its result does not tell a refused request from a failed field, and HTTP statuses hang on that.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import (
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    VariableValues,
    assert_valid_schema,
    default_field_resolver,
    default_type_resolver,
    get_operation_ast,
    get_variable_values,
)

from gateway.errors import ValidationFailed
from gateway.graph.context import Context, no_credential
from gateway.graph.cost import Budget, Cost, PriceOf, check_one_read
from gateway.graph.documents import Document, Documents, choose_operation
from gateway.graph.error_answers import FormattedError, RequestRefused, field_errors
from gateway.graph.limits import DocumentLimits
from gateway.graph.pricer import Pricer
from gateway.graph.projection import ProjectingExecutor
from gateway.graph.rules import reads_upstream


@dataclass(frozen=True)
class Operation:
    """An operation that is ready to run."""

    document: Document
    definition: OperationDefinitionNode
    variables: VariableValues
    cost: Cost

    @property
    def name(self) -> str | None:
        """Its name in the document."""
        return None if self.definition.name is None else self.definition.name.value


@dataclass(frozen=True)
class Outcome:
    """What an operation answered."""

    data: dict[str, Any] | None
    errors: list[FormattedError]


class NotAQuery(Exception):
    """Only queries were allowed, and the operation is another one."""


class Executor:
    """Runs operations of one schema.

    Args:
        schema: Strawberry's.
        prices: What its fields cost, by type and field.
        budget: What an operation may cost.
        limits: What a document may ask for.
        max_documents: How many sound documents are remembered.
        introspection: Whether the schema may be asked for.
        compile_selections: Whether plain selections are compiled; the answers are the same.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        prices: Mapping[str, PriceOf],
        *,
        budget: Budget,
        limits: DocumentLimits,
        max_documents: int,
        introspection: bool,
        compile_selections: bool = True,
    ) -> None:
        self._schema = schema._schema  # noqa: SLF001  graphql-core's schema; Strawberry has no public name for it
        assert_valid_schema(self._schema)
        self._documents = Documents(self._schema, limits, most=max_documents, introspection=introspection)
        self._pricer = Pricer(self._schema, prices)
        self._budget = budget
        self._introspection = introspection
        self._compile_selections = compile_selections

    def prepare(
        self, text: str, name: str | None, variables: dict[str, Any], *, queries_only: bool = False
    ) -> Operation:
        """An operation, with everything checked that can be checked before it runs.

        Raises:
            NotAQuery: It is not one, and has to be.
            QueryTooComplex: It asks for too much.
            RequestRefused: The document, the choice of the operation, or the variables are wrong.
        """
        document = self._documents.parse(text)
        asked = get_operation_ast(document.node, name)
        if queries_only and asked is not None and asked.operation is not OperationType.QUERY:
            raise NotAQuery
        if asked is not None and self._schema.get_root_type(asked.operation) is None:
            problem = GraphQLError(f"This schema has no {asked.operation.value}s, only queries.", asked)
            raise RequestRefused(ValidationFailed, [problem])
        self._documents.check(text, document)
        definition = choose_operation(document.node, name)
        values = self._variable_values(definition, variables)
        cost = self._pricer.price(definition, document.fragments, values, document.costs)
        self._budget.check(cost)
        return Operation(document, definition, values, cost)

    async def run(self, operation: Operation, context: Context) -> Outcome:
        """Executes an operation.

        Raises:
            Unauthenticated: It reads the upstream, and the request holds no credential.
            BadUserInput: It needs several upstream calls, and the credential is good for one.
        """
        if context.who is None and reads_upstream(operation.definition, operation.document.fragments):
            raise no_credential()
        if context.who is not None and context.who.credential.one_request:
            check_one_read(operation.cost)
        result = self._executor(operation, context).execute_operation()
        if inspect.isawaitable(result):
            result = await result
        assert isinstance(result, ExecutionResult)  # noqa: S101  the schema has neither `@defer` nor `@stream`
        return Outcome(result.data, field_errors(result.errors))

    def _executor(self, operation: Operation, context: Context) -> ProjectingExecutor:
        """As graphql-core's `execute` would build it; the variables need no second look."""
        return ProjectingExecutor(
            self._schema,
            operation.document.fragments,
            operation.document.fragment_details,
            None,
            context,
            operation.definition,
            operation.variables,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            projections=operation.document.projections if self._compile_selections else None,
        )

    def _variable_values(self, definition: OperationDefinitionNode, variables: dict[str, Any]) -> VariableValues:
        checked = get_variable_values(
            self._schema,
            definition.variable_definitions or (),
            variables,
            max_errors=10,
            hide_suggestions=not self._introspection,
        )
        if not isinstance(checked, VariableValues):
            raise RequestRefused(ValidationFailed, checked)
        return checked
