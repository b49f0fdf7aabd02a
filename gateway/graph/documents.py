"""GraphQL documents, parsed and validated once."""

from collections import OrderedDict

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
    validate,
)

from gateway.errors import OperationUnresolved, ParseFailed, ValidationFailed
from gateway.graph.error_answers import RequestRefused


class Documents:
    """Reads documents against a schema, and remembers those that are sound.

    Args:
        schema: What the documents have to fit.
        most: How many documents are remembered; the least recently used goes first.
    """

    def __init__(self, schema: GraphQLSchema, *, most: int) -> None:
        self._schema = schema
        self._most = most
        self._sound: OrderedDict[str, DocumentNode] = OrderedDict()

    def read(self, text: str) -> DocumentNode:
        """The document of a text.

        Raises:
            RequestRefused: The text is no GraphQL, or does not fit the schema.
        """
        document = self._sound.get(text)
        if document is not None:
            self._sound.move_to_end(text)
            return document
        try:
            document = parse(text)
        except GraphQLSyntaxError as problem:  # also for a document that is nested too deeply
            raise RequestRefused(ParseFailed, [problem]) from problem
        if problems := validate(self._schema, document):
            raise RequestRefused(ValidationFailed, problems)
        self._sound[text] = document
        if len(self._sound) > self._most:
            self._sound.popitem(last=False)
        return document


def choose_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to run.

    Raises:
        RequestRefused: There is none of this name, or several and no name.
    """
    operation = get_operation_ast(document, name)
    if operation is None:
        message = (
            f"The document holds no operation named `{name}`."
            if name
            else "The document does not hold exactly one operation; `operationName` has to name one."
        )
        raise RequestRefused(OperationUnresolved, [GraphQLError(message)])
    return operation
