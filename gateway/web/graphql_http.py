"""`/graphql`: from an HTTP request to a GraphQL answer. Statuses: `graphql_answer`."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.cache.generations import Generations
from gateway.credentials.resolve import CallerResolver
from gateway.errors import BadUserInput, GatewayError, Reason
from gateway.graph.context import Context, Services
from gateway.graph.error_answers import RequestRefused
from gateway.graph.execution import Executor, NotAQuery, Outcome
from gateway.graph.explain import explain
from gateway.observability.record import RequestRecord, record_of
from gateway.web.cache_headers import read_at
from gateway.web.csrf import check_preflighted
from gateway.web.disconnect import unless_gone
from gateway.web.etag import is_known
from gateway.web.explain import HEADER, ExplainHeader
from gateway.web.graphql_answer import AnswerWriter, code_of, not_modified, refusal
from gateway.web.graphql_request import GraphQLRequest, HttpError, RequestReader
from gateway.web.limits import Gate
from gateway.web.negotiation import GRAPHQL_RESPONSE, choose_media_type, prefers_html
from gateway.web.persisted import PersistedDocuments
from gateway.web.reload import wants_reload

METHODS = ("GET", "POST")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class GraphQLEndpoint:
    """Answers GraphQL requests.

    Args:
        executor: Runs operations.
        services: What their resolvers use.
        callers: Finds out who asks.
        reader: Decodes requests.
        documents: Finds documents that are named.
        gate: Bounds how many requests are worked on.
        writer: Writes answers.
        generations: Say what was purged.
        deadline_seconds: For a whole answer, from the moment that work on it begins.
        page: Answers a GET of a browser; None where there is nothing to look at.
        explain_header: Finds out who wants to know what an answer took; None where nobody is told.
    """

    executor: Executor
    services: Services
    callers: CallerResolver
    reader: RequestReader
    documents: PersistedDocuments
    gate: Gate
    writer: AnswerWriter
    generations: Generations
    deadline_seconds: float
    page: Callable[[], Response] | None = None
    explain_header: ExplainHeader | None = None

    @property
    def further_headers(self) -> Sequence[str]:
        """What an answer depends on beside `CREDENTIAL_HEADERS`."""
        return (*self.callers.further_headers, *([HEADER] if self.explain_header else []))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request; nobody is left to answer if its client went away."""
        try:
            response = await self.respond(Request(scope, receive))
        except ClientDisconnect:
            record_of(scope).outcome = "gone"
            return
        for name in self.further_headers:
            response.headers.add_vary_header(name)
        await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        """The answer to one HTTP request.

        Raises:
            ClientDisconnect: The client is gone.
        """
        accept = request.headers.get("accept")
        if self.page is not None and request.method == "GET" and prefers_html(accept):
            return self.page()
        chosen = choose_media_type(accept)
        media_type = chosen or GRAPHQL_RESPONSE
        try:
            _check_method(request.method)
            check_preflighted(request.method, request.headers)
            _check_acceptable(chosen)
            self.gate.check()
            asked = await self.reader.read(request)
            async with self.gate:
                return await unless_gone(self._answer(request, asked, media_type), request.receive)
        except ClientDisconnect:
            raise
        except (HttpError, RequestRefused, NotAQuery, GatewayError) as problem:
            return self._refuse(request, problem, media_type)
        except Exception as problem:
            _logger.exception("request failed")
            return self._refuse(request, problem, media_type)

    async def _answer(self, request: Request, asked: GraphQLRequest, media_type: str) -> Response:
        began = time.perf_counter()
        explained = self.explain_header is not None and self.explain_header.is_sent(request.headers)
        deadline = asyncio.get_running_loop().time() + self.deadline_seconds
        document = self.documents.find(asked)
        operation = self.executor.prepare(
            document.text, asked.operation_name, asked.variables, queries_only=request.method == "GET"
        )
        self.documents.remember(document)
        reload = wants_reload(request.headers.get("cache-control"))
        context = Context(self.services, self.callers.resolve(request.headers), deadline, reload=reload)
        record = record_of(request.scope)
        record.operation, record.operation_type = operation.name, operation.definition.operation.value
        if context.who is not None:
            record.scope, record.project_id = context.who.credential.scope, context.who.project_id
            record.generation = self.generations.current(record.scope or "", record.project_id)
        try:
            outcome = await self.executor.run(operation, context)
        finally:
            record.upstream_calls = context.report.upstream_calls
            record.searched = context.report.searched
            if context.report.windows:
                record.lane = "blocks" if context.report.remembered else "upstream"
        _record(record, outcome)
        record.read_at = None if explained else read_at(context.report, failed=bool(outcome.errors))
        record.stale = context.report.stale
        seconds = time.perf_counter() - began
        explanation = explain(context.report, operation.cost, seconds) if explained else None
        response = self.writer.write(outcome, context.report, media_type, explanation)
        known = request.method == "GET" and is_known(request.headers.get("if-none-match"), response.headers.get("etag"))
        return not_modified(response) if known else response

    def _refuse(self, request: Request, problem: Exception, media_type: str) -> Response:
        record = record_of(request.scope)
        record.outcome, record.code = "refused", code_of(problem)
        return refusal(problem, media_type, challenge=self.callers.challenge)


def _record(record: RequestRecord, outcome: Outcome) -> None:
    if not outcome.errors:
        record.outcome = "ok"
        return
    answered = any(value is not None for value in (outcome.data or {}).values())
    record.outcome, record.code = "partial" if answered else "failed", outcome.errors[0]["extensions"]["code"]


def _check_method(method: str) -> None:
    if method not in METHODS:
        message = f"Only {' and '.join(METHODS)} are served here."
        raise HttpError(405, BadUserInput(message, Reason.METHOD_NOT_ALLOWED), {"Allow": ", ".join(METHODS)})


def _check_acceptable(media_type: str | None) -> None:
    if media_type is None:
        message = "Answers are `application/graphql-response+json` or `application/json`; `Accept` takes neither."
        raise HttpError(406, BadUserInput(message, Reason.NOT_ACCEPTABLE))
