"""Builds the gateway: every part once, each handed what it needs."""

import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from gateway import __version__
from gateway.cache.blocks import Blocks
from gateway.cache.freshness import Freshness
from gateway.cache.single_flight import SingleFlight
from gateway.cache.store import MemoryStore, Store
from gateway.credentials.resolve import CallerResolver
from gateway.graph.context import Services
from gateway.graph.execution import Executor
from gateway.graph.schema import build_schema
from gateway.listing.listing import Listing
from gateway.settings import Settings
from gateway.upstream.client import UpstreamClient
from gateway.upstream.endpoints import SNAPSHOTS, THUMBNAIL_TASKS, Endpoint
from gateway.upstream.models import Answer, RowModel
from gateway.upstream.transport import ExactTransport
from gateway.web.graphql_http import GraphQLEndpoint
from gateway.web.probes import probe_routes

MEBI = 1 << 20


class State(TypedDict):
    """What requests see of the application's life."""

    ready: bool


def create_app(
    settings: Settings,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    store: Store | None = None,
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """The gateway as an ASGI application.

    Args:
        settings: All settings.
        transport: Sends upstream requests; by default over aiohttp.
        store: Keeps the blocks; by default the one that the settings name.
        clock: Seconds since the epoch.
    """
    secret = settings.cache_secret.get_secret_value().encode() if settings.cache_secret else secrets.token_bytes(32)
    client = UpstreamClient(
        transport
        or ExactTransport(
            max_connections=settings.upstream_connections, connect_timeout=settings.upstream_connect_seconds
        ),
        origin=settings.upstream_url,
        timeout=settings.upstream_timeout_seconds,
        max_answer_octets=settings.upstream_max_answer_megabytes * MEBI,
        user_agent=f"vod-graphql-gateway/{__version__}",
    )
    kept = store or MemoryStore(max_entries=settings.cache_max_entries, max_octets=settings.cache_max_megabytes * MEBI)
    freshness = Freshness(settings.cache_fresh_seconds, settings.cache_stale_seconds, settings.cache_error_seconds)
    flights = SingleFlight()

    def listing(endpoint: Endpoint[RowModel]) -> Listing[RowModel]:
        blocks: Blocks[Answer[RowModel]] | None = None
        if settings.cache != "off":
            value_type = Answer[endpoint.row_type]  # type: ignore[name-defined]  # a type that exists at run time only
            blocks = Blocks(kept, flights, freshness, clock, value_type)
        return Listing(endpoint, client, blocks, clock=clock, secret=secret, search_calls=settings.search_calls)

    tasks, snapshots = listing(THUMBNAIL_TASKS), listing(SNAPSHOTS)
    endpoint = GraphQLEndpoint(
        Executor(build_schema(), max_documents=settings.max_documents),
        Services(tasks, snapshots, max_first=settings.max_first, pages_at_once=settings.max_pages_at_once),
        CallerResolver(
            secret=secret, project_id=settings.project_id, callers_choose_project=settings.callers_choose_project
        ),
        clock=clock,
        max_body_octets=settings.max_body_kilobytes * 1024,
        fresh_seconds=settings.cache_fresh_seconds,
    )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[State]:  # noqa: ARG001  Starlette's signature
        try:
            yield {"ready": True}
        finally:
            await tasks.aclose()
            await snapshots.aclose()
            await kept.aclose()
            await client.aclose()

    return Starlette(routes=[Route("/graphql", endpoint), *probe_routes()], lifespan=lifespan)
