"""Tracing over OTLP/HTTP, set by the OpenTelemetry SDK's own `OTEL_*` variables."""

import os

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from gateway import __version__
from gateway.observability.tracing import Tracing


def otlp_tracing() -> Tracing:
    """Tracing for this process, with a provider of its own and none that is global.

    The environment's resource attributes go before the gateway's, of which `process.pid` tells workers apart.
    """
    resource = Resource(
        {"service.name": "vod-graphql-gateway", "service.version": __version__, "process.pid": os.getpid()}
    ).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=Resource.create(resource.attributes), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)
