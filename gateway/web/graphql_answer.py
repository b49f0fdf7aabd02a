"""A GraphQL answer over HTTP: its status, its headers and its body. Specification: GraphQL over HTTP, section 6.

| status | what |
|---|---|
| 200 | every answer with `data`; 294 for partial ones, where that is set and the client knows the new media type |
| 304 | a GET's answer that the client holds already |
| 400 | no JSON, no GraphQL, a header that does not fit, no proof of a preflight |
| 401 | no credential for an operation that needs one |
| 403 | a document that is not trusted |
| 405, 406, 413, 415 | as HTTP has them |
| 422 | a request, a document, a choice of operation or variables that do not fit; too much asked for |
| 500 | a defect of the gateway |
| 503 | too many requests at once |
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from gateway.errors import (
    BadUserInput,
    GatewayError,
    InternalServerError,
    ParseFailed,
    RateLimited,
    Reason,
    RequestError,
    Unauthenticated,
)
from gateway.graph.error_answers import RequestRefused, request_error
from gateway.graph.execution import NotAQuery, Outcome
from gateway.listing.report import Report
from gateway.web.cache_headers import NO_STORE, age_of_stale, cache_headers
from gateway.web.etag import etag_of
from gateway.web.graphql_request import HttpError
from gateway.web.negotiation import GRAPHQL_RESPONSE
from gateway.web.retry_after import retry_after


class AnswerWriter:
    """Writes answers.

    Args:
        clock: Seconds since the epoch.
        fresh_seconds: How long an upstream answer is fresh; 0 where nothing is remembered.
        partial_success_status: The status of data with errors, where the media type is the new one.
    """

    def __init__(self, *, clock: Callable[[], float], fresh_seconds: float, partial_success_status: int) -> None:
        self._clock = clock
        self._fresh_seconds = fresh_seconds
        self._partial_success_status = partial_success_status

    def write(
        self, outcome: Outcome, report: Report, media_type: str, explanation: Mapping[str, Any] | None = None
    ) -> Response:
        """The answer to an operation that was executed; one with an explanation is for nobody else."""
        now = self._clock()
        answer: dict[str, Any] = {"data": outcome.data}
        if outcome.errors:
            answer = {"errors": outcome.errors, **answer}
        extensions: dict[str, Any] = {}
        if (age := age_of_stale(report, now)) is not None:
            extensions["stale"] = {"ageSeconds": age}
        headers = cache_headers(report, failed=bool(outcome.errors), fresh_seconds=self._fresh_seconds, now=now)
        if explanation is not None:
            extensions["explain"] = explanation
            headers = NO_STORE
        if extensions:
            answer["extensions"] = extensions
        partial = bool(outcome.errors) and media_type == GRAPHQL_RESPONSE
        status = self._partial_success_status if partial else 200
        response = _response(status, answer, media_type, {**headers, **retry_after(outcome)})
        if "Age" in headers:
            response.headers["ETag"] = etag_of(response.body)
        return response


def not_modified(response: Response) -> Response:
    """What is left of an answer that the client holds already (RFC 9110, section 15.4.5)."""
    headers = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
    return Response(status_code=304, headers=headers)


def refusal(problem: Exception, media_type: str, *, challenge: str) -> Response:
    """The answer to a request that is refused as a whole; it has no `data`."""
    headers: Mapping[str, str] = {}
    match problem:
        case HttpError():
            status, headers, errors = problem.status, problem.headers, [request_error(problem.problem)]
        case RequestRefused():
            status, errors = 400 if problem.kind is ParseFailed else 422, problem.errors
        case NotAQuery():
            not_allowed = BadUserInput("GET serves queries only.", Reason.METHOD_NOT_ALLOWED)
            status, headers, errors = 405, {"Allow": "POST"}, [request_error(not_allowed)]
        case Unauthenticated():
            status, headers, errors = 401, {"WWW-Authenticate": challenge}, [request_error(problem)]
        case RateLimited():
            status, headers = 503, {"Retry-After": f"{problem.retry_after:.0f}"}
            errors = [request_error(problem)]
        case GatewayError():
            status, errors = 422 if isinstance(problem, RequestError) else 400, [request_error(problem)]
        case _:
            masked = InternalServerError("Something went wrong inside the gateway.")
            status, errors = 500, [request_error(masked)]
    return _response(status, {"errors": errors}, media_type, {**NO_STORE, **headers})


def code_of(problem: Exception) -> str:
    """The code in the answer to a request that is refused as a whole."""
    match problem:
        case HttpError():
            return problem.problem.code
        case RequestRefused():
            return problem.kind.code
        case NotAQuery():
            return BadUserInput.code
        case GatewayError():
            return problem.code
        case _:
            return InternalServerError.code


def _response(status: int, answer: dict[str, Any], media_type: str, headers: Mapping[str, str]) -> Response:
    content_type = {"Content-Type": f"{media_type}; charset=utf-8"}
    return Response(msgspec.json.encode(answer), status, {**content_type, **headers})
