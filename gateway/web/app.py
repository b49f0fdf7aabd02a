"""Builds the gateway: every part once, each handed what it needs."""

import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

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
from gateway.upstream.endpoints import SNAPSHOTS, THUMBNAIL_TASKS, Endpoint
from gateway.upstream.models import Answer, RowModel
from gateway.web.graphiql import GraphiQL
from gateway.web.graphql_http import GraphQLEndpoint
from gateway.web.probes import probe_routes
from gateway.web.upstream import build_upstream

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
    graphiql: GraphiQL | None = None,
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """The gateway as an ASGI application.

    Args:
        settings: All settings.
        transport: Sends upstream requests; by default over aiohttp.
        store: Keeps the blocks; by default the one that the settings name.
        clock: Seconds since the epoch.
        graphiql: The page for browsers, where the settings want one; by default one that knows no demo.
        routes: What else is served.
    """
    secret = settings.cache_secret.get_secret_value().encode() if settings.cache_secret else secrets.token_bytes(32)
    upstream = build_upstream(settings, transport, clock)
    kept = store or MemoryStore(max_entries=settings.cache_max_entries, max_octets=settings.cache_max_megabytes * MEBI)
    freshness = Freshness(
        settings.cache_fresh_seconds,
        settings.cache_stale_seconds,
        settings.cache_error_seconds,
        early=settings.cache_early_percent / 100,
    )
    flights = SingleFlight()

    def listing(endpoint: Endpoint[RowModel]) -> Listing[RowModel]:
        blocks: Blocks[Answer[RowModel]] | None = None
        if settings.cache != "off":
            value_type = Answer[endpoint.row_type]  # type: ignore[name-defined]  # a type that exists at run time only
            blocks = Blocks(kept, flights, freshness, clock, value_type, patience=settings.cache_patience_seconds)
        return Listing(endpoint, upstream, blocks, clock=clock, secret=secret, search_calls=settings.search_calls)

    tasks, snapshots = listing(THUMBNAIL_TASKS), listing(SNAPSHOTS)
    page = (graphiql or GraphiQL()) if settings.graphiql else None
    endpoint = GraphQLEndpoint(
        Executor(build_schema(), max_documents=settings.max_documents),
        Services(tasks, snapshots, max_first=settings.max_first),
        CallerResolver(
            secret=secret, project_id=settings.project_id, callers_choose_project=settings.callers_choose_project
        ),
        clock=clock,
        max_body_octets=settings.max_body_kilobytes * 1024,
        fresh_seconds=settings.cache_fresh_seconds,
        graphiql=page,
    )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[State]:  # noqa: ARG001  Starlette's signature
        try:
            yield {"ready": True}
        finally:
            await tasks.aclose()
            await snapshots.aclose()
            await kept.aclose()
            await upstream.aclose()

    files = [page.assets] if page else []
    return Starlette(routes=[Route("/graphql", endpoint), *files, *probe_routes(), *routes], lifespan=lifespan)
