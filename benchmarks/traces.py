"""Prints the traces, and what changed on the metrics page, of requests that missed, joined and were served stale."""

import asyncio
from collections.abc import Iterator, Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext
from opentelemetry.trace.status import StatusCode
from opentelemetry.util.types import Attributes
from prometheus_client.parser import text_string_to_metric_families

from tests.support.house import House, open_house
from tests.support.spans import PARENT, TRACE, TRACEPARENT, Spans, context_of, parent_of

ADMIN = "an-admin-token-of-ours"
TASKS = "query Tasks ($first: Int = 10) { thumbnailTasks(first: $first) { nodes { taskId } } }"
LATENCY = 0.05
UNSEEN = ("_bucket", "_created", "_sum")


async def ask(house: House, name: str) -> None:
    """One request, on its client's trace where it is the one that missed."""
    traced = {"traceparent": TRACEPARENT} if name == "missed" else {}
    if name == "joined":
        await asyncio.sleep(LATENCY / 2)  # while the leader's call is under way
    fewer = {"first": 5} if name == "joined" else {}  # else it would wait for the leader's whole answer
    await house.ask(TASKS, fewer, headers={"X-Request-Id": name, **traced})


async def samples(house: House) -> dict[str, float]:
    """The gateway's own samples of the metrics page."""
    page = await house.client.get("/metrics", headers={"Authorization": f"Bearer {ADMIN}"})
    return {
        sample.name + ",".join(f'{name}="{value}"' for name, value in sample.labels.items()).join("{}"): sample.value
        for family in text_string_to_metric_families(page.text)
        for sample in family.samples
        if sample.name.startswith("vod_gateway_") and not sample.name.endswith(UNSEEN)
    }


def tree(spans: Sequence[ReadableSpan], parent: SpanContext | None = None, depth: int = 0) -> Iterator[str]:
    """The spans below one, each with its attributes, events and links; below none, the first of every trace."""
    ids = {context_of(span).span_id for span in spans}
    for span in sorted(spans, key=lambda span: span.start_time or 0):
        above = parent_of(span)
        if parent.span_id != above if parent else above in ids:
            continue
        indent, context = "    " * depth, context_of(span)
        if parent is None:
            client = f", from the client's span {above:016x}" if above else ""
            yield f"trace {context.trace_id:032x}{client}"
        failed = " ERROR" if span.status.status_code is StatusCode.ERROR else ""
        milliseconds = ((span.end_time or 0) - (span.start_time or 0)) / 1e6
        yield f"{indent}  {span.name}  [{span.kind.name} {context.span_id:016x}] {milliseconds:.1f} ms{failed}"
        for attribute in described(span.attributes):
            yield f"{indent}    {attribute}"
        for event in span.events:
            yield f"{indent}    * {', '.join([event.name, *described(event.attributes)])}"
        for link in span.links:
            to = f"span {link.context.span_id:016x} of trace {link.context.trace_id:032x}"
            yield f"{indent}    -> {', '.join(described(link.attributes))}: {to}"
        yield from tree(spans, context, depth + 1)


def described(attributes: Attributes) -> list[str]:
    """Attributes as text, in the order of their names."""
    return [f"{name} = {value!r}" for name, value in sorted((attributes or {}).items())]


async def main() -> None:
    """Three times: ask, and print."""
    spans = Spans()
    async with open_house(tracing=spans.tracing, admin_token=ADMIN, size=30) as house:
        house.emulator.latency = LATENCY
        before = await samples(house)

        async def show(title: str, *names: str) -> None:
            nonlocal before
            await asyncio.gather(*(ask(house, name) for name in names))
            await asyncio.sleep(3 * LATENCY)  # for what goes on in the background
            print(f"{title}\n")
            print("\n".join(tree(spans.all)))
            after = await samples(house)
            print(
                "\n" + "\n".join(f"{name} {value:g}" for name, value in after.items() if before.get(name, 0) != value)
            )
            print()
            before = after
            spans.clear()

        await show("A request that missed", "missed")
        house.clock.now += 1_000
        await show("A request that joined the call of another", "leader", "joined")
        house.clock.now += 15
        await show("A request that was served stale", "stale")


if __name__ == "__main__":
    print(f"The client's trace is {TRACE}, its span {PARENT}.\n")
    asyncio.run(main())
