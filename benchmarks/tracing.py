"""CPU per request without tracing, with it, and with it where nothing is sampled: `python -m benchmarks.tracing`.

Requests are handed to the application as ASGI has them, and the upstream answers a constant. The kinds take turns, so
that a busy machine is busy for all.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from statistics import median
from typing import Any

import httpx
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, Sampler
from typing_extensions import override

from benchmarks.scene import table
from gateway.observability.tracing import Tracing
from tests.support.house import TOKEN, House, open_house

TASKS = json.dumps({"query": "query Tasks { thumbnailTasks(first: 10) { nodes { taskId } } }"}).encode()
ROWS = json.dumps({"total": 10, "thumbnails": [{"task_id": f"task-{number}"} for number in range(10)]}).encode()
HEADERS = {"content-type": "application/json", "x-auth-token": TOKEN, "host": "127.0.0.1"}
TURNS, REQUESTS = 20, 100


class Constant(httpx.AsyncBaseTransport):
    """An upstream that costs next to nothing."""

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=ROWS)


class Encoder(SpanExporter):
    """Does all that an export costs this process but for the socket."""

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        encode_spans(spans).SerializeToString()
        return SpanExportResult.SUCCESS


def tracing(sampler: Sampler) -> Tracing:
    """Tracing as over OTLP."""
    provider = TracerProvider(sampler, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(Encoder()))
    return Tracing(provider)


async def ask(house: House) -> None:
    """One request, without a socket and without a client."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in HEADERS.items()],
    }
    body: list[dict[str, Any]] = [{"type": "http.request", "body": TASKS}]

    async def receive() -> dict[str, Any]:
        return body.pop() if body else await asyncio.Future()

    async def send(message: Any) -> None:
        assert message.get("status", 200) == 200

    await house.app(scope, receive, send)


async def turn(house: House, *, miss: bool) -> float:
    """CPU of this process for one request, in microseconds."""
    began = time.process_time()
    for _ in range(REQUESTS):
        if miss:
            house.clock.now += 1_000
        await ask(house)
    return (time.process_time() - began) / REQUESTS * 1e6


async def main(turns: int) -> None:
    """Measures and prints."""
    async with AsyncExitStack() as stack:
        houses = {
            kind: await stack.enter_async_context(open_house(transport=Constant(), tracing=traced))
            for kind, traced in {
                "off": None,
                "otlp, none sampled": tracing(ALWAYS_OFF),
                "otlp, all sampled": tracing(ALWAYS_ON),
            }.items()
        }
        for miss in (False, True):
            costs: dict[str, list[float]] = {kind: [] for kind in houses}
            for _ in range(turns):
                for kind, house in houses.items():
                    costs[kind].append(await turn(house, miss=miss))
            off = median(costs["off"])
            print("one upstream call\n" if miss else "from a cached block\n")
            print(
                table(
                    [
                        {"tracing": kind, "CPU": f"{median(cost):.0f} us", "ratio": f"{median(cost) / off:.2f}"}
                        for kind, cost in costs.items()
                    ]
                )
            )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else TURNS))
