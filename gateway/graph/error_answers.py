"""Errors as answers show them: known ones with their code, unknown ones masked and logged."""

import logging
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from gateway.errors import GatewayError, InternalServerError, RequestError, UpstreamInvalidResponse

_logger = logging.getLogger(__name__)

FormattedError = dict[str, Any]

_LONGEST_MESSAGE = 400
"""Characters. Messages of graphql-core quote the document and the variables, which a stranger has written."""


class RequestRefused(Exception):
    """The request is refused before anything is executed.

    Args:
        kind: Which kind of refusal it is.
        problems: What is wrong, with the places in the document.
    """

    def __init__(self, kind: type[RequestError], problems: Sequence[GraphQLError]) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.problems = problems

    @property
    def errors(self) -> list[FormattedError]:
        """The problems as an answer shows them."""
        return [_formatted(problem, _quoted(problem), {"code": self.kind.code}) for problem in self.problems]


def in_short(text: str) -> str:
    """A text as a message may quote it."""
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}..."


def field_errors(problems: Sequence[GraphQLError] | None) -> list[FormattedError]:
    """The errors of fields, each with its path."""
    return [_field_error(problem) for problem in problems or ()]


def request_error(problem: GatewayError) -> FormattedError:
    """An error of the request as a whole."""
    return {"message": problem.message, "extensions": problem.extensions}


def _field_error(problem: GraphQLError) -> FormattedError:
    known = _known(problem)
    if known is None:
        _logger.error("resolver failed", extra={"path": problem.path}, exc_info=problem.original_error or problem)
        known = InternalServerError("Something went wrong inside the gateway.")
    return _formatted(problem, known.message, known.extensions)


def _known(problem: GraphQLError) -> GatewayError | None:
    original = problem.original_error
    if isinstance(original, GatewayError):
        return original
    if original is None or isinstance(original, GraphQLError):
        # graphql-core's own: arguments are checked before execution, so what is left is a value that its type refuses.
        return UpstreamInvalidResponse(f"A value of the upstream does not fit here: {in_short(problem.message)}")
    return None


def _quoted(problem: GraphQLError) -> str:
    if problem.original_error is None or isinstance(problem.original_error, GraphQLError):
        return in_short(problem.message)
    return "A value does not fit its type."  # the message would quote an exception of Python


def _formatted(problem: GraphQLError, message: str, extensions: dict[str, Any]) -> FormattedError:
    error: FormattedError = {"message": message}
    if problem.locations:
        error["locations"] = [{"line": place.line, "column": place.column} for place in problem.locations]
    if problem.path is not None:
        error["path"] = problem.path
    error["extensions"] = extensions
    return error
