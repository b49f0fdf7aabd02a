"""What docs/tracing.md says of spans is what they have."""

import asyncio
import re
from collections.abc import Iterable
from contextvars import copy_context
from pathlib import Path

import httpx
from typing_extensions import override

from gateway.observability.observer import Observer
from gateway.observability.record import RequestRecord
from gateway.observability.tracing import Tracing
from tests.support.spans import Spans

PAGE = (Path(__file__).parents[2] / "docs" / "tracing.md").read_text("utf-8")
RECORD = RequestRecord("id", "Tasks", "query", outcome="failed", code="UPSTREAM_TIMEOUT", lane="blocks", scope="0" * 32)


class Empty(httpx.AsyncBaseTransport):
    """Answers."""

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200)


def everything() -> Spans:
    """One span of each kind, with all that it can have."""
    spans = Spans()
    tracing = spans.tracing
    with tracing.operation({}, RECORD):
        tracing.cache_read("block", "stale-if-error")
        tracing.flight_joined(copy_context())
        tracing.search_call()
        tracing.upstream_call_refused("breaker")
        with tracing.background_refresh():
            tracing.background_refresh_ended("cancelled")
        with tracing.upstream_call("/v1/{project_id}/asset/thumbnails", 0, 100):
            request = httpx.Request("GET", "https://vod.example.com/v1/p/asset/thumbnails")
            asyncio.run(tracing.transport(Empty()).handle_async_request(request))
            tracing.upstream_call_ended("cancelled", 2, 0.1)
    return spans


def table(head: str) -> list[list[str]]:
    """The cells of the page's table with that first column."""
    rows = PAGE.partition(f"| {head} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def named(attributes: Iterable[str] | None, where: str) -> set[tuple[str, str]]:
    """Names of attributes with the place where they stand; those of the cache as one."""
    return {(re.sub(r"cache\.block\.[a-z-]+", "cache.LEVEL.STATE", name), where) for name in attributes or ()}


def test_every_attribute_is_described_and_no_other() -> None:
    """On spans, on events and on links."""
    spans, found = everything(), set[tuple[str, str]]()
    for kind, group in {"operation": spans.operations, "call": spans.calls, "refresh": spans.refreshes}.items():
        [span] = group
        found |= named(span.attributes, kind)
        for event in span.events:
            found |= named(event.attributes, f"event `{event.name}`")
            assert f"`{event.name}`" in PAGE
        for link in span.links:
            found |= named(link.attributes, "link")
    described = {(name.strip("`"), where) for name, on, _ in table("attribute") for where in on.split(", ")}
    assert found == described


def test_every_span_is_described() -> None:
    """By its name, which the calls have from their endpoints."""
    names = " ".join(row[0] for row in table("span"))
    assert [span.name for span in everything().all if f"`{span.name}`" not in names] == []


def test_all_that_is_told_to_tracing_is_tried_here() -> None:
    """A method that tracing comes to override needs its attributes above."""
    overridden = {name for name in vars(Tracing) if name in vars(Observer) and not name.startswith("_")}
    tried = {"upstream_call", "upstream_call_ended", "background_refresh", "background_refresh_ended"}
    assert overridden == tried | {"cache_read", "flight_joined", "search_call", "upstream_call_refused"}
