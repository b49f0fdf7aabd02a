"""GraphQL documents: parsed, counted and validated once."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from sys import getsizeof

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.validation import recommended_rules, specified_rules

from gateway.cache.recent import Recent
from gateway.errors import OperationUnresolved, ParseFailed, QueryTooComplex, ValidationFailed
from gateway.graph.error_answers import RequestRefused, in_short
from gateway.graph.limits import DocumentLimits, check_limits, fragments_of, too_complex
from gateway.graph.pricer import KnownCosts
from gateway.graph.projection import Projections
from gateway.graph.rules import NoSubgraphSchema

_TOKEN_OCTETS = 500
"""What a token takes in a parsed document, nodes and locations included (measured: 450 to 620)."""

_USUAL_OCTETS = 100 * _TOKEN_OCTETS
"""A document as clients write them."""

_MOST_PROBLEMS = 20


@dataclass(frozen=True)
class Document:
    """A parsed document, and what is worked out of it once and used by every request that sends it again.

    Args:
        node: What graphql-core made of it.
        projections: Its selections, compiled.
        costs: What parts of it cost, whatever the variables.
    """

    node: DocumentNode
    projections: Projections = field(default_factory=Projections)
    costs: KnownCosts = field(default_factory=KnownCosts)

    @cached_property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        """Its fragments, by name."""
        return fragments_of(self.node)

    @cached_property
    def fragment_details(self) -> dict[str, FragmentDetails]:
        """The same, as graphql-core's executor wants them; none has variables of its own."""
        return {name: FragmentDetails(definition, None) for name, definition in self.fragments.items()}


class Documents:
    """Reads documents against a schema, and remembers those that are sound.

    Args:
        schema: What the documents have to fit.
        limits: What they may ask for.
        most: How many documents of a usual size are remembered; the least recently used go first.
        introspection: Whether they may ask for the schema.
    """

    def __init__(self, schema: GraphQLSchema, limits: DocumentLimits, *, most: int, introspection: bool) -> None:
        self._schema = schema
        self._limits = limits
        self._introspection = introspection
        hidden: Collection[type[ASTValidationRule]] = (NoSchemaIntrospectionCustomRule, NoSubgraphSchema)
        closed = () if introspection else hidden
        self._rules = (*specified_rules, *recommended_rules, *closed)
        self._sound: Recent[Document] = Recent(most=most, room=most * _USUAL_OCTETS)

    def parse(self, text: str) -> Document:
        """The document of a text; it need not be sound.

        Raises:
            QueryTooComplex: It is too long, has too many tokens, or is nested too deeply to be read.
            RequestRefused: The text is no GraphQL.
        """
        if (sound := self._sound.get(text)) is not None:
            return sound
        most = self._limits.tokens
        if len(text) > self._limits.characters:
            raise too_complex("max_document_kilobytes", self._limits.characters // 1024, -(-len(text) // 1024))
        try:
            return Document(parse(text, max_lexical_tokens=most, max_comments=most))
        except GraphQLSyntaxError as problem:
            if "Parsing aborted" not in problem.message:
                raise RequestRefused(ParseFailed, [problem]) from problem
            if "nested" not in problem.message:
                raise too_complex("max_tokens", most, most + 1, at_least=True) from problem
            message = "The document is nested too deeply to be read."
            raise QueryTooComplex(message, limit="nesting") from problem

    def check(self, text: str, document: Document) -> None:
        """Checks that a document may be executed, and remembers it under its text.

        Raises:
            QueryTooComplex: It is over a limit.
            RequestRefused: It does not fit the schema.
        """
        if self._sound.get(text) is document:
            return
        check_limits(document.node, self._limits)
        problems = validate(
            self._schema,
            document.node,
            self._rules,
            max_errors=_MOST_PROBLEMS,
            hide_suggestions=not self._introspection,
        )
        if problems:
            raise RequestRefused(ValidationFailed, problems)
        # The text is the key, and one string may be all of it, which the parsed document holds once more.
        octets = 2 * getsizeof(text) + _TOKEN_OCTETS * (document.node.token_count or self._limits.tokens)
        self._sound.put(text, document, size=octets)


def choose_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to run.

    Raises:
        RequestRefused: There is none of this name, or several and no name.
    """
    operation = get_operation_ast(document, name)
    if operation is None:
        message = (
            f"The document holds no operation named `{in_short(name)}`."
            if name
            else "The document does not hold exactly one operation; `operationName` has to name one."
        )
        raise RequestRefused(OperationUnresolved, [GraphQLError(message)])
    return operation
