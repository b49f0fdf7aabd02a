"""A stand-in for an OpenTelemetry collector: takes spans over OTLP/HTTP, and keeps them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.served import served


@dataclass
class Collector:
    """What came in.

    Attributes:
        url: Its address, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it.
        bodies: The requests as they came.
    """

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)

    @property
    def requests(self) -> list[ExportTraceServiceRequest]:
        """The requests, decoded."""
        return [ExportTraceServiceRequest.FromString(body) for body in self.bodies]

    @property
    def spans(self) -> list[Span]:
        """All spans."""
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def resources(self) -> list[dict[str, object]]:
        """Who sent them: the attributes of each request's resource."""
        return [attributes(resource.resource) for request in self.requests for resource in request.resource_spans]

    async def take(self, request: Request) -> Response:
        """Takes an export."""
        self.bodies.append(await request.body())
        return Response(media_type="application/x-protobuf")


def attributes(holder: Span | Resource) -> dict[str, object]:
    """The attributes of a span or a resource."""
    return {each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in holder.attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """Serves one on a free port of 127.0.0.1."""
    collector = Collector()
    with served(Starlette(routes=[Route("/v1/traces", collector.take, methods=["POST"])])) as url:
        collector.url = url
        yield collector
