"""Spans of a gateway in one process; over OTLP and sockets: test_otlp.py."""

import asyncio
import logging
import subprocess
import sys
import threading
from contextvars import copy_context
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import StatusCode
from typing_extensions import override

from gateway.emulator import Tenant
from gateway.errors import (
    GatewayError,
    InternalServerError,
    RateLimited,
    UpstreamInvalidResponse,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
    leaves,
)
from gateway.observability.observer import Observer, Observers
from gateway.observability.record import RequestRecord
from gateway.observability.tracing import Tracing
from tests.support.house import PAGE, PROJECT, TOKEN, House, open_house
from tests.support.keys import KEY, presigned
from tests.support.spans import PARENT, TRACE, TRACEPARENT, Spans, context_of, parent_of, traceparent
from tests.support.waiting import WaitingUpstream

TITLED = {"traceparent": TRACEPARENT}
FAULTS = {
    RateLimited,
    UpstreamTimeout,
    UpstreamUnavailable,
    UpstreamRejected,
    UpstreamInvalidResponse,
    InternalServerError,
}


async def turn_until(done: Any) -> None:
    """Lets the loop turn until something is so."""
    for _ in range(10_000):
        if done():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never became so")


def events(span: Any) -> list[tuple[str, dict[str, Any]]]:
    """A span's events with their attributes."""
    return [(event.name, dict(event.attributes)) for event in span.events]


async def test_a_miss_is_a_span_with_a_call_below_it() -> None:
    """On the client's trace, and the upstream is told the call's own id."""
    spans = Spans()
    async with open_house(tracing=spans.tracing) as house:
        answer = await house.ask(PAGE, {"first": 10}, headers=TITLED)
        [journal] = house.emulator.journal
    [operation], [call] = spans.operations, spans.calls
    assert operation.name == "query"
    assert (f"{context_of(operation).trace_id:032x}", f"{parent_of(operation):016x}") == (TRACE, PARENT)
    assert operation.attributes is not None
    assert operation.attributes["graphql.operation.name"] == "Page"
    assert operation.attributes["gateway.request_id"] == answer.headers["x-request-id"]
    assert operation.attributes["gateway.upstream_calls"] == 1
    assert events(operation) == [read("block", "miss")]
    assert call.name == "GET /v1/{project_id}/asset/thumbnails"
    assert parent_of(call) == context_of(operation).span_id
    assert journal.traceparent == traceparent(call)
    assert call.attributes == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "url.template": "/v1/{project_id}/asset/thumbnails",
        "server.address": "127.0.0.1",
        "server.port": 80,
        "gateway.rows.offset": 0,
        "gateway.rows.limit": 100,
    }
    assert {span.status.status_code for span in spans.all} == {StatusCode.UNSET}


@pytest.mark.parametrize("sent", [None, "", "00-zz-00-01", f"ff-{TRACE}-{PARENT}-01", f"00-{'0' * 32}-{PARENT}-01"])
async def test_without_a_trace_of_the_client_a_new_one_begins(sent: str | None) -> None:
    """What is no `traceparent` counts as none."""
    spans = Spans()
    async with open_house(tracing=spans.tracing) as house:
        await house.ask(PAGE, headers={} if sent is None else {"traceparent": sent})
    [operation] = spans.operations
    assert operation.parent is None
    assert f"{context_of(operation).trace_id:032x}" != TRACE


async def test_a_client_that_does_not_sample_is_heeded() -> None:
    """Nothing is exported, and the upstream is told the same."""
    spans = Spans()
    async with open_house(tracing=spans.tracing) as house:
        await house.ask(PAGE, headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})
        [journal] = house.emulator.journal
    assert spans.all == ()
    assert journal.traceparent is not None
    assert journal.traceparent.startswith(f"00-{TRACE}-")
    assert journal.traceparent.endswith("-00")


async def test_a_follower_leads_to_the_call_that_answered_it() -> None:
    """By a link to the span of the leader's call."""
    spans, upstream = Spans(), WaitingUpstream()
    async with open_house(tracing=spans.tracing, transport=upstream) as house:
        leader = asyncio.create_task(house.page(taskId="slow"))
        await upstream.until_begun(1)
        follower = asyncio.create_task(house.page(taskId="slow", first=5))  # of the same block
        await turn_until(lambda: any(flight.passengers > 1 for flight in flights(house)))
        upstream.release.set()
        await asyncio.gather(leader, follower)
    [call] = spans.calls
    [joined] = [span for span in spans.operations if ("flight joined", {}) in events(span)]
    [link] = joined.links
    assert link.context == context_of(call)
    assert link.attributes == {"gateway.link": "joined"}
    assert parent_of(call) != context_of(joined).span_id
    assert len(spans.operations) == 2


async def test_who_waited_for_a_whole_answer_leads_to_the_operation_that_made_it() -> None:
    """Who asks in the same octets executes nothing."""
    spans, upstream = Spans(), WaitingUpstream()
    async with open_house(tracing=spans.tracing, transport=upstream) as house:
        leader = asyncio.create_task(house.page(taskId="slow"))
        await upstream.until_begun(1)
        follower = asyncio.create_task(house.page(taskId="slow"))
        await turn_until(lambda: any(flight.passengers > 1 for flight in answer_flights(house)))
        upstream.release.set()
        assert await leader == await follower
    [joined] = [span for span in spans.operations if ("flight joined", {}) in events(span)]
    [made] = [span for span in spans.operations if span is not joined]
    [link] = joined.links
    assert link.context == context_of(made)
    assert events(made) == [read("block", "miss")]
    assert joined.attributes is not None
    assert (joined.attributes["gateway.lane"], joined.attributes["gateway.upstream_calls"]) == ("answer", 0)


def read(level: str, state: str) -> tuple[str, dict[str, str]]:
    """The event of a look into the cache."""
    return ("cache read", {"gateway.cache.level": level, "gateway.cache.state": state})


def flights(house: House) -> list[Any]:
    """The calls under way."""
    endpoint = answers(house)._app._app
    return list(endpoint.services.tasks._blocks._flights._flights.values())


def answer_flights(house: House) -> list[Any]:
    """The answers that are made."""
    return list(answers(house)._flights._flights.values())


def answers(house: House) -> Any:
    """What remembers whole answers."""
    stack: Any = house.app.middleware_stack
    return stack._app._app._target


async def test_a_background_refresh_has_a_trace_of_its_own() -> None:
    """Linked to the request that was served stale, which it may outlive; its call is below it."""
    spans = Spans()
    async with open_house(tracing=spans.tracing, cache_fresh_seconds=10) as house:
        await house.page()
        house.clock.now += 15
        spans.clear()
        await house.ask(PAGE, headers=TITLED)
        await turn_until(lambda: spans.refreshes)
    [operation], [refresh], [call] = spans.operations, spans.refreshes, spans.calls
    assert events(operation) == [read("block", "stale")]
    assert operation.attributes is not None
    assert operation.attributes["gateway.cache.block.stale"] is True
    assert operation.attributes["gateway.upstream_calls"] == 0
    assert (refresh.name, refresh.parent) == ("refresh", None)
    assert context_of(refresh).trace_id != context_of(operation).trace_id
    [link] = refresh.links
    assert (link.context, link.attributes) == (context_of(operation), {"gateway.link": "cause"})
    assert parent_of(call) == context_of(refresh).span_id


async def test_a_refresh_that_fails_says_so() -> None:
    """By its code, on the refresh and on its call; the request that was served stale is in order."""
    spans = Spans()
    async with open_house(tracing=spans.tracing) as house:
        await house.page()
        house.clock.now += 15
        house.emulator.fault("status", status=500, times=1)
        spans.clear()
        await house.page()
        await turn_until(lambda: spans.refreshes)
    for span in (*spans.refreshes, *spans.calls):
        assert span.attributes is not None
        assert span.attributes["error.type"] == "UPSTREAM_UNAVAILABLE"
        assert span.status.status_code is StatusCode.ERROR
    assert spans.operations[0].status.status_code is StatusCode.UNSET


async def test_every_attempt_is_a_span() -> None:
    """The one that failed, by code and status; the one after it, by how often it was sent again."""
    spans = Spans()
    async with open_house(tracing=spans.tracing) as house:
        house.emulator.fault("status", status=503, times=1)
        await house.page()
        ids = [call.traceparent for call in house.emulator.journal]
    first, second = spans.calls
    assert first.attributes is not None
    assert second.attributes is not None
    assert first.attributes["http.response.status_code"] == 503
    assert first.attributes["error.type"] == "UPSTREAM_UNAVAILABLE"
    assert first.status.status_code is StatusCode.ERROR
    assert "http.request.resend_count" not in first.attributes
    assert second.attributes["http.request.resend_count"] == 1
    assert ids == [traceparent(first), traceparent(second)]


async def test_calls_that_are_not_made_are_events() -> None:
    """With what refused them."""
    spans = Spans()
    async with open_house(tracing=spans.tracing, breaker_failures=1, upstream_attempts=1) as house:
        house.emulator.fault("status", status=500, times=1)
        for _ in range(2):
            await house.ask(PAGE)
    assert ("upstream call refused", {"gateway.refused.by": "breaker"}) in events(spans.operations[-1])


async def test_the_search_for_a_row_that_moved_is_an_event() -> None:
    """One for each window that it reads."""
    spans = Spans()
    async with open_house(tracing=spans.tracing, size=300) as house:
        end = (await house.page(first=150))["pageInfo"]["endCursor"]
        house.clock.now += 1_000
        house.emulator.catalogue().remove(at=0, count=120)
        await house.page(first=50, after=end)
    assert "search call" in [name for name, _ in events(spans.operations[-1])]


@pytest.mark.parametrize("kind", list(leaves()), ids=lambda kind: kind.code)
def test_only_faults_of_ours_and_of_the_upstream_are_failures(kind: type[GatewayError]) -> None:
    """A mistake of the caller is told, but no failed span."""
    spans = Spans()
    record = RequestRecord("id", outcome="failed", code=kind.code)
    with spans.tracing.operation({}, record):
        pass
    [span] = spans.operations
    assert span.status.status_code is (StatusCode.ERROR if kind in FAULTS else StatusCode.UNSET)
    assert span.attributes is not None
    assert span.attributes["error.type"] == kind.code


async def test_a_request_that_is_refused_has_no_type() -> None:
    """Its document was not understood, and stays out of the trace."""
    spans = Spans()
    async with open_house(tracing=spans.tracing) as house:
        await house.ask("query Secretive { nothing")
    [span] = spans.operations
    assert span.name == "GraphQL Operation"
    assert span.attributes is not None
    assert span.attributes["gateway.outcome"] == "refused"
    assert "Secretive" not in span.to_json()


async def test_what_is_no_graphql_has_no_span() -> None:
    """The page for browsers, probes, and addresses where nothing is."""
    spans = Spans()
    async with open_house(tracing=spans.tracing) as house:
        assert (await house.client.get("/graphql", headers={"accept": "text/html"})).status_code == 200
        await house.client.get("/livez")
        await house.client.get("/nowhere")
    assert spans.all == ()


async def test_a_presigned_request_is_still_good() -> None:
    """`traceparent` is beside the signature, not under it."""
    spans = Spans()
    tenant = Tenant(PROJECT, keys=[KEY], size=3, clean=True)
    target = f"/v1/{PROJECT}/asset/thumbnails?limit=4&offset=0"
    async with open_house(tenants=[tenant], tracing=spans.tracing) as house:
        answer = await house.ask("{ thumbnailTasks(first: 3) { totalCount } }", token=None, headers=presigned(target))
        assert answer.data["thumbnailTasks"]["totalCount"] == 3
        assert house.emulator.journal[0].traceparent == traceparent(spans.calls[0])


class Recorder(httpx.AsyncBaseTransport):
    """Keeps what would have been sent, and is not there."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        raise httpx.ConnectError("nobody")


TRACED = {**TITLED, "tracestate": "vendor=opaque", "baggage": "user=alice"}


@pytest.mark.parametrize("tracing", [True, False])
async def test_of_a_trace_only_its_ids_go_upstream(tracing: bool) -> None:  # noqa: FBT001
    """And none of it where there is no tracing."""
    recorder = Recorder()
    async with open_house(
        transport=recorder, tracing=Spans().tracing if tracing else None, upstream_attempts=1
    ) as house:
        await house.ask(PAGE, headers=TRACED)
    [request] = recorder.requests
    known = {"host", "accept", "accept-encoding", "user-agent", "x-auth-token"}
    assert set(request.headers) - known == ({"traceparent"} if tracing else set())


async def test_pages_of_other_origins_may_be_on_a_trace() -> None:
    """A preflight allows the headers where there is tracing, and only there."""
    asked = {"Origin": "https://a.example.com", "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "traceparent, tracestate"
    statuses = []
    for tracing in (Spans().tracing, None):
        async with open_house(cors_origins="https://a.example.com", tracing=tracing) as house:
            statuses.append((await house.client.options("/graphql", headers=asked)).status_code)
    assert statuses == [200, 400]


def test_what_outlives_its_request_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    """An ended span takes nothing more, and the SDK has nothing to complain of."""
    spans = Spans()
    with spans.tracing.operation({}, RequestRecord("id", outcome="ok")):
        left_behind = copy_context()
    with caplog.at_level(logging.DEBUG):
        left_behind.run(spans.tracing.cache_read, "block", "miss")
        left_behind.run(spans.tracing.flight_joined, copy_context())
        left_behind.run(spans.tracing.search_call)
        left_behind.run(spans.tracing.upstream_call_refused, "breaker")
    assert caplog.records == []
    assert events(spans.operations[0]) == []


def test_a_call_that_nobody_waits_for_is_no_failure() -> None:
    """It is told as cancelled."""
    spans = Spans()
    with spans.tracing.upstream_call("/v1", 0, 1):
        spans.tracing.upstream_call_ended("cancelled", 1, 0.1)
    [call] = spans.calls
    assert call.attributes is not None
    assert call.attributes["error.type"] == "cancelled"
    assert call.status.status_code is StatusCode.UNSET


def test_no_exception_is_recorded() -> None:
    """Its text may quote what the upstream or the caller wrote."""
    spans = Spans()
    record = RequestRecord("id", outcome="failed", code="INTERNAL_SERVER_ERROR")
    with (
        pytest.raises(LookupError),
        spans.tracing.operation({}, record),
        spans.tracing.background_refresh(),
        spans.tracing.upstream_call("/v1", 0, 1),
    ):
        raise LookupError(TOKEN)
    assert len(spans.all) == 3
    assert [span.to_json() for span in spans.all if TOKEN in span.to_json() or span.events] == []


class StuckProvider(TracerProvider):
    """Its collector never answers."""

    def __init__(self) -> None:
        super().__init__(shutdown_on_exit=False)
        self.answered = threading.Event()

    @override
    def shutdown(self) -> None:
        self.answered.wait()


async def test_the_end_does_not_wait_for_a_collector() -> None:
    """Not longer than it is told to."""
    provider = StuckProvider()
    async with open_house(tracing=Tracing(provider, close_seconds=0.01)) as house:
        await house.page()
    assert not provider.answered.is_set()
    provider.answered.set()


async def test_the_provider_is_shut_down_with_the_application() -> None:
    """So that the last spans are exported."""
    spans = Spans()
    async with open_house(tracing=spans.tracing):
        assert not spans._exporter._stopped
    assert spans._exporter._stopped


def test_without_tracing_opentelemetry_is_not_loaded() -> None:
    """Neither by the application nor by a request; what redis-py loads of it by itself is not ours."""
    script = """
import asyncio, sys
from tests.support.house import open_house
async def main():
    async with open_house() as house:
        await house.page()
asyncio.run(main())
print([name for name in sys.modules if "opentelemetry.exporter" in name or "gateway.observability.tracing" in name])
"""
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert output.stdout.strip() == "[]"


def test_tracing_without_the_extra_does_not_start() -> None:
    """One line says what to install; workers are not even begun."""
    script = """
import sys
sys.modules["opentelemetry"] = None
from gateway.cli import main
main()
"""
    environment = {"GATEWAY_UPSTREAM_URL": "https://vod.example.com", "GATEWAY_PROJECT_ID": "p"}
    ended = subprocess.run(
        [sys.executable, "-c", script, "serve", "--workers", "2"],
        env={**environment, "GATEWAY_TRACING": "otlp"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.startswith("Error: GATEWAY_TRACING")
    assert "pip install 'vod-graphql-gateway[otel]'" in line


def test_several_observers_are_all_told_everything() -> None:
    """A method that is new on `Observer` has to be passed on too."""
    told = {name for name in vars(Observer) if not name.startswith("_")}
    assert told <= set(vars(Observers))
