"""Spans of a gateway, kept in memory."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, SpanKind, format_span_id, format_trace_id

from gateway.observability.tracing import Tracing

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"


class Spans:
    """Tracing whose finished spans can be looked at.

    Attributes:
        tracing: What `create_app` takes.
    """

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracing = Tracing(provider)

    def clear(self) -> None:
        """Forgets them."""
        self._exporter.clear()

    @property
    def all(self) -> Sequence[ReadableSpan]:
        """Every one, in the order in which they ended."""
        return self._exporter.get_finished_spans()

    @property
    def operations(self) -> Sequence[ReadableSpan]:
        """Of requests."""
        return [span for span in self.all if span.kind is SpanKind.SERVER]

    @property
    def calls(self) -> Sequence[ReadableSpan]:
        """Of upstream calls."""
        return [span for span in self.all if span.kind is SpanKind.CLIENT]

    @property
    def refreshes(self) -> Sequence[ReadableSpan]:
        """Of background refreshes."""
        return [span for span in self.all if span.kind is SpanKind.INTERNAL]


def context_of(span: ReadableSpan) -> SpanContext:
    """A finished span's ids."""
    context = span.get_span_context()
    assert context is not None
    return context


def traceparent(span: ReadableSpan) -> str:
    """The header that names a span as the parent (W3C Trace Context)."""
    context = context_of(span)
    ids = f"{format_trace_id(context.trace_id)}-{format_span_id(context.span_id)}"
    return f"00-{ids}-{context.trace_flags:02x}"


def parent_of(span: ReadableSpan) -> int | None:
    """The id of a span's parent."""
    return None if span.parent is None else span.parent.span_id
