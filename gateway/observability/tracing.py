"""Spans of OpenTelemetry: one for each operation, upstream call and background refresh (docs/tracing.md).

Nothing imports this module before tracing is asked for, so that without it OpenTelemetry need not even be installed.
No exception is recorded: its message may quote what a stranger wrote.
"""

import contextvars
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import INVALID_SPAN, Link, Span, SpanKind, StatusCode, get_current_span, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from typing_extensions import override

from gateway import __version__
from gateway.observability.observer import Observer
from gateway.observability.record import NAME_LENGTH, SCOPE_LENGTH, RequestRecord

CLOSE_SECONDS = 5.0
"""The SDK alone would let an end without a collector take 30 s."""

_W3C = TraceContextTextMapPropagator()
_PORTS = {"http": 80, "https": 443}
_FAULTS = ("UPSTREAM_", "RATE_LIMITED", "INTERNAL_SERVER_ERROR")  # the other codes say what the caller did wrong


class Tracing(Observer):
    """Makes spans of what it is told, in the context of whoever tells it.

    Args:
        provider: Exports them; `close` shuts it down.
        close_seconds: How long that may wait for a collector.
    """

    def __init__(self, provider: TracerProvider, *, close_seconds: float = CLOSE_SECONDS) -> None:
        self._close_seconds = close_seconds
        self._provider = provider
        self._tracer = provider.get_tracer("vod-graphql-gateway", __version__)

    @contextmanager
    def operation(self, headers: Mapping[str, str], record: RequestRecord) -> Iterator[None]:
        """Surrounds the answer to one request, as a part of its client's trace if it has one.

        Args:
            headers: The request's.
            record: Read when the answer is out; what turns out to be no GraphQL leaves no span.
        """
        span = self._tracer.start_span("GraphQL Operation", _W3C.extract(headers, Context()), SpanKind.SERVER)
        try:
            with use_span(span, record_exception=False, set_status_on_exception=False):
                yield
        finally:
            if record.outcome is not None:
                _describe(span, record)
                span.end()

    @override
    @contextmanager
    def upstream_call(self, template: str, offset: int, limit: int) -> Iterator[None]:
        attributes: dict[str, str | int] = {
            "http.request.method": "GET",
            "url.template": template,
            "gateway.rows.offset": offset,
            "gateway.rows.limit": limit,
        }
        with self._tracer.start_as_current_span(
            f"GET {template}",
            kind=SpanKind.CLIENT,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ):
            yield

    @override
    def upstream_call_ended(self, outcome: str, attempt: int, seconds: float) -> None:
        span = get_current_span()
        if attempt > 1:
            span.set_attribute("http.request.resend_count", attempt - 1)
        _conclude(span, outcome)

    @override
    @contextmanager
    def background_refresh(self) -> Iterator[None]:
        cause = Link(get_current_span().get_span_context(), {"gateway.link": "cause"})
        with self._tracer.start_as_current_span(
            "refresh", Context(), links=[cause], record_exception=False, set_status_on_exception=False
        ):
            yield

    @override
    def background_refresh_ended(self, outcome: str) -> None:
        _conclude(get_current_span(), outcome)

    @override
    def cache_read(self, level: str, state: str) -> None:
        span = _open_span()
        span.add_event("cache read", {"gateway.cache.level": level, "gateway.cache.state": state})
        # Not every backend searches events; a name for each state keeps all that one request met.
        span.set_attribute(f"gateway.cache.{level}.{state}", value=True)

    @override
    def flight_joined(self, flight: contextvars.Context) -> None:
        span = _open_span()
        span.add_event("flight joined")
        span.add_link(flight.run(get_current_span).get_span_context(), {"gateway.link": "joined"})

    @override
    def search_call(self) -> None:
        _open_span().add_event("search call")

    @override
    def upstream_call_refused(self, by: str) -> None:
        _open_span().add_event("upstream call refused", {"gateway.refused.by": by})

    def transport(self, transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        """Sends each request with the `traceparent` of the call that it belongs to."""
        return _TracedTransport(transport)

    def close(self) -> None:
        """Exports what is left and ends, within `close_seconds`; it blocks."""
        last = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        last.start()
        last.join(self._close_seconds)


class _TracedTransport(httpx.AsyncBaseTransport):
    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        carrier: dict[str, str] = {}
        _W3C.inject(carrier)
        # Not `tracestate`: what other systems of the caller wrote there is none of the vendor's business.
        if "traceparent" in carrier:
            request.headers["traceparent"] = carrier["traceparent"]
        span, url = get_current_span(), request.url
        span.set_attributes({"server.address": url.host, "server.port": url.port or _PORTS[url.scheme]})
        response = await self._transport.handle_async_request(request)
        span.set_attribute("http.response.status_code", response.status_code)
        return response

    @override
    async def aclose(self) -> None:
        await self._transport.aclose()


def _describe(span: Span, record: RequestRecord) -> None:
    if record.operation_type is not None:
        # The operation's name is a stranger's text: an attribute, but no part of what backends group by.
        span.update_name(record.operation_type)
    attributes = {
        "graphql.operation.type": record.operation_type,
        "graphql.operation.name": record.operation and record.operation[:NAME_LENGTH],
        "gateway.outcome": record.outcome,
        "gateway.lane": record.lane,
        "gateway.request_id": record.request_id,
        "gateway.scope": record.scope and record.scope[:SCOPE_LENGTH],
        "gateway.upstream_calls": record.upstream_calls,
        "error.type": record.code,
    }
    span.set_attributes({name: value for name, value in attributes.items() if value is not None})
    if record.code is not None and record.code.startswith(_FAULTS):
        span.set_status(StatusCode.ERROR)


def _conclude(span: Span, outcome: str) -> None:
    if outcome == "ok":
        return
    span.set_attribute("error.type", outcome)
    if outcome != "cancelled":
        span.set_status(StatusCode.ERROR)


def _open_span() -> Span:
    """The running task's span; one that takes nothing where that has ended, because a call outlived its request."""
    span = get_current_span()
    return span if span.is_recording() else INVALID_SPAN
