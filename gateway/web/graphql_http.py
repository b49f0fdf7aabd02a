"""`/graphql`: from an HTTP request to a GraphQL answer. Specification: GraphQL over HTTP.

Statuses: 200 for every answer with data, partial ones included; 400 for what cannot be parsed; 422 for
a request, a document or variables that do not fit; 401 without a credential; 405, 406, 413 and 415 as
HTTP has them.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.credentials.resolve import CallerResolver
from gateway.errors import BadUserInput, GatewayError, ParseFailed, Reason, Unauthenticated
from gateway.graph.context import Context, Services
from gateway.graph.error_answers import RequestRefused, request_error
from gateway.graph.execution import Executor
from gateway.web.cache_headers import NO_STORE, age_of_stale, cache_headers
from gateway.web.graphiql import GraphiQL
from gateway.web.graphql_request import GraphQLRequest, HttpError, from_body, from_query
from gateway.web.negotiation import GRAPHQL_RESPONSE, choose_media_type, prefers_html
from gateway.web.retry_after import retry_after

METHODS = ("GET", "POST")


class GraphQLEndpoint:
    """Answers GraphQL requests.

    Args:
        executor: Runs operations.
        services: What their resolvers use.
        callers: Finds out who asks.
        clock: Seconds since the epoch.
        max_body_octets: The largest request body.
        fresh_seconds: How long an upstream answer is fresh; 0 where nothing is remembered.
        graphiql: The page for browsers; None shows none.
    """

    def __init__(
        self,
        executor: Executor,
        services: Services,
        callers: CallerResolver,
        *,
        clock: Callable[[], float],
        max_body_octets: int,
        fresh_seconds: float,
        graphiql: GraphiQL | None = None,
    ) -> None:
        self._executor = executor
        self._services = services
        self._callers = callers
        self._clock = clock
        self._max_body_octets = max_body_octets
        self._fresh_seconds = fresh_seconds
        self._graphiql = graphiql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        response = await self.respond(Request(scope, receive))
        await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        """The answer to one HTTP request."""
        accept = request.headers.get("accept")
        if self._graphiql and request.method == "GET" and prefers_html(accept):
            return self._graphiql.page()
        media_type = choose_media_type(accept)
        answer_type = media_type or GRAPHQL_RESPONSE
        try:
            _check(request, media_type)
            return await self._answer(request, answer_type)
        except HttpError as problem:
            return _refusal(problem.status, [request_error(problem.problem)], answer_type, problem.headers)
        except RequestRefused as refused:
            return _refusal(400 if refused.kind is ParseFailed else 422, refused.errors, answer_type)
        except Unauthenticated as problem:
            return _refusal(401, [request_error(problem)], answer_type, {"WWW-Authenticate": "X-Auth-Token"})
        except GatewayError as problem:
            return _refusal(400, [request_error(problem)], answer_type)

    async def _answer(self, request: Request, media_type: str) -> Response:
        asked = await self._read(request)
        if asked.query is None:
            message = "`query` is missing: the GraphQL document to run."
            raise HttpError(422, BadUserInput(message, Reason.MALFORMED_REQUEST))
        operation = self._executor.prepare(asked.query, asked.operation_name, asked.variables)
        context = Context(self._services, self._callers.resolve(request.headers))
        outcome = await self._executor.run(operation, context)
        answer: dict[str, Any] = {"data": outcome.data}
        if outcome.errors:
            answer = {"errors": outcome.errors, **answer}
        now = self._clock()
        if (age := age_of_stale(context.report, now)) is not None:
            answer["extensions"] = {"stale": {"ageSeconds": age}}
        headers = cache_headers(context.report, failed=bool(outcome.errors), fresh_seconds=self._fresh_seconds, now=now)
        return _response(200, answer, media_type, {**headers, **retry_after(outcome)})

    async def _read(self, request: Request) -> GraphQLRequest:
        if request.method == "POST":
            return await from_body(request.headers, request.stream(), max_octets=self._max_body_octets)
        return from_query(request.query_params)


def _check(request: Request, media_type: str | None) -> None:
    if request.method not in METHODS:
        message = f"`{request.method}` is not served here; use {' or '.join(METHODS)}."
        raise HttpError(405, BadUserInput(message, Reason.METHOD_NOT_ALLOWED), {"Allow": ", ".join(METHODS)})
    if media_type is None:
        message = "Answers are `application/graphql-response+json` or `application/json`; `Accept` takes neither."
        raise HttpError(406, BadUserInput(message, Reason.NOT_ACCEPTABLE))


def _refusal(
    status: int, errors: list[dict[str, Any]], media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    return _response(status, {"errors": errors}, media_type, {**NO_STORE, **(headers or {})})


def _response(status: int, answer: dict[str, Any], media_type: str, headers: Mapping[str, str]) -> Response:
    content_type = {"Content-Type": f"{media_type}; charset=utf-8"}
    return Response(msgspec.json.encode(answer), status, {**content_type, **headers})
