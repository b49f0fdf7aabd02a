"""The gateway as a process, with a collector and an upstream on sockets."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from gateway.emulator import Emulator, Tenant, serve
from tests.support.collector import Collector, attributes, collecting
from tests.support.house import PAGE, PROJECT, TOKEN
from tests.support.processes import Running, running
from tests.support.spans import PARENT, TRACE, TRACEPARENT


@contextmanager
def traced(emulator: Emulator, where: Path, *arguments: str, **environment: str) -> Iterator[tuple[Running, Collector]]:
    """`serve` with tracing on, over an emulator; and what its collector gets."""
    with serve(emulator) as upstream, collecting() as collector:
        settings = {
            "GATEWAY_UPSTREAM_URL": upstream,
            "GATEWAY_PROJECT_ID": PROJECT,
            "GATEWAY_TRACING": "otlp",
            "GATEWAY_DRAIN_SECONDS": "0",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            **environment,
        }
        with running("serve", "--port", "0", *arguments, environment=settings, where=where) as gateway:
            yield gateway, collector


def ask(gateway: Running) -> httpx.Response:
    """A page, on a trace of the client's."""
    sent = {"X-Auth-Token": TOKEN, "traceparent": TRACEPARENT, "connection": "close"}
    answer = httpx.post(f"{gateway.url}/graphql", json={"query": PAGE}, headers=sent)
    assert answer.status_code == 200
    return answer


def emulated() -> Emulator:
    """An upstream with a few tasks."""
    return Emulator([Tenant(PROJECT, tokens=[TOKEN], size=30, clean=True)])


def test_one_trace_leads_from_the_client_to_the_upstream(tmp_path: Path) -> None:
    """Client, operation, upstream call, upstream: each names the one before it; SIGTERM sends what is left."""
    emulator = emulated()
    with traced(emulator, tmp_path) as (gateway, collector):
        answer = ask(gateway)
        gateway.end(signal.SIGTERM)
        operation, call = sorted(collector.spans, key=lambda span: span.start_time_unix_nano)
        assert (operation.trace_id.hex(), operation.parent_span_id.hex()) == (TRACE, PARENT)
        assert (call.trace_id, call.parent_span_id) == (operation.trace_id, operation.span_id)
        assert [seen.traceparent for seen in emulator.journal] == [f"00-{TRACE}-{call.span_id.hex()}-01"]
        assert attributes(operation)["gateway.request_id"] == answer.headers["x-request-id"]
        assert attributes(call)["http.response.status_code"] == 200
        [resource] = collector.resources
        assert resource["service.name"] == "vod-graphql-gateway"
        assert resource["process.pid"] == gateway.process.pid


def test_workers_are_told_apart(tmp_path: Path) -> None:
    """Each exports for itself, under its own process id; beside it stands what the SDK's variables say."""
    names = {"OTEL_SERVICE_NAME": "snapshots", "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test"}
    with traced(emulated(), tmp_path, "--workers", "2", **names) as (gateway, collector):
        for _ in range(40):
            ask(gateway)
        gateway.end(signal.SIGTERM)
        pids = {resource["process.pid"] for resource in collector.resources}
        assert len(pids) == 2
        assert gateway.process.pid not in pids
        named = [
            (resource["service.name"], resource["deployment.environment.name"]) for resource in collector.resources
        ]
        assert set(named) == {("snapshots", "test")}
        assert len([span for span in collector.spans if span.name == "query"]) == 40


def test_a_collector_that_is_gone_fails_no_request(tmp_path: Path) -> None:
    """Its absence is a line in the log, and the end comes all the same."""
    nowhere = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "0.5"}
    with traced(emulated(), tmp_path, **nowhere) as (gateway, _):
        ask(gateway)
        gateway.end(signal.SIGTERM)
    assert '"logger":"opentelemetry.exporter' in gateway.complaints
    assert "Traceback" not in gateway.complaints
