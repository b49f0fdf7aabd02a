"""Builds the gateway: every part once, each handed what it needs."""

import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from gateway.cache.blocks import Blocks
from gateway.cache.freshness import Freshness
from gateway.cache.key import KeyFunction, cache_key
from gateway.cache.single_flight import SingleFlight
from gateway.cache.store import MemoryStore, Store
from gateway.credentials.kinds import Kind
from gateway.graph.context import Services
from gateway.listing.listing import Listing
from gateway.settings import Settings
from gateway.upstream.endpoints import SNAPSHOTS, THUMBNAIL_TASKS, Endpoint
from gateway.upstream.models import Answer, RowModel
from gateway.web.cors import cors
from gateway.web.graphiql import GraphiQL
from gateway.web.graphql_http import GraphQLEndpoint
from gateway.web.graphql_request import RequestReader
from gateway.web.parts import (
    KIBI,
    MEBI,
    answer_writer,
    callers,
    executor,
    gate,
    own_key,
    persisted_documents,
    upstream_client,
)
from gateway.web.probes import probe_routes
from gateway.web.security_headers import SecurityHeaders


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
    make_key: KeyFunction = cache_key,
) -> Starlette:
    """The gateway as an ASGI application.

    Args:
        settings: All settings.
        transport: Sends upstream requests; by default over aiohttp.
        store: Keeps the blocks; by default the one that the settings name.
        clock: Seconds since the epoch.
        graphiql: The page for browsers, where the settings want one; by default one that knows no demo.
        routes: What else is served.
        make_key: Makes the keys of what is remembered.

    Raises:
        SettingsError: The manifest of trusted documents cannot be read.
    """
    secret = settings.cache_secret.get_secret_value().encode() if settings.cache_secret else secrets.token_bytes(32)
    client = upstream_client(settings, transport)
    kept = store or MemoryStore(max_entries=settings.cache_max_entries, max_octets=settings.cache_max_megabytes * MEBI)
    freshness = Freshness(settings.cache_fresh_seconds, settings.cache_stale_seconds, settings.cache_error_seconds)
    flights = SingleFlight()

    def listing(endpoint: Endpoint[RowModel]) -> Listing[RowModel]:
        blocks: Blocks[Answer[RowModel]] | None = None
        if settings.cache != "off":
            value_type = Answer[endpoint.row_type]  # type: ignore[name-defined]  # a type that exists at run time only
            blocks = Blocks(kept, flights, freshness, clock, value_type)
        return Listing(
            endpoint, client, blocks, clock=clock, secret=secret, search_calls=settings.search_calls, make_key=make_key
        )

    tasks, snapshots = listing(THUMBNAIL_TASKS), listing(SNAPSHOTS)
    page = (graphiql or GraphiQL()) if settings.graphiql else None
    held_key = own_key(settings, secret, clock)
    endpoint = GraphQLEndpoint(
        executor(settings),
        Services(tasks, snapshots, max_first=settings.max_first),
        callers(settings, secret, clock, held_key),
        RequestReader(max_octets=settings.max_body_kilobytes * KIBI, max_depth=settings.max_json_depth),
        persisted_documents(settings),
        gate(settings),
        answer_writer(settings, clock),
        deadline_seconds=settings.deadline_seconds,
        page=page.page if page else None,
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

    files = [page.assets] if page else []
    app = Starlette(
        routes=[
            Route("/graphql", endpoint, middleware=cors(settings.cors_origins)),
            *files,
            *probe_routes(held_key, alone=settings.credential_kinds == {Kind.KEY}),
            *routes,
        ],
        middleware=[Middleware(SecurityHeaders)],
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # a redirect would be built from the Host header, which the client writes
    return app
