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
from starlette.types import Lifespan

from gateway.cache.key import KeyFunction, cache_key
from gateway.cache.store import Store
from gateway.credentials.kinds import Kind
from gateway.credentials.resolve import CallerResolver
from gateway.credentials.secret import Secret
from gateway.observability.logs import AccessLog
from gateway.observability.metrics import Metrics
from gateway.settings import Settings
from gateway.web.caches import Caches, build_caches
from gateway.web.cors import cors
from gateway.web.graphiql import GraphiQL
from gateway.web.graphql_http import GraphQLEndpoint
from gateway.web.graphql_request import RequestReader
from gateway.web.limits import Gate
from gateway.web.listings import Listings, build_listings
from gateway.web.metrics import metrics_route
from gateway.web.parts import (
    KIBI,
    answer_writer,
    callers,
    executor,
    gate,
    own_key,
    persisted_documents,
)
from gateway.web.probes import probe_routes
from gateway.web.purge import purge_route
from gateway.web.request_log import RequestLog
from gateway.web.security_headers import SecurityHeaders
from gateway.web.upstream import build_upstream, call_budget


class State(TypedDict):
    """What requests see of the application's life."""

    ready: bool


def create_app(  # noqa: PLR0913  the seams of the whole application, each by its name
    settings: Settings,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    store: Store | None = None,
    clock: Callable[[], float] = time.time,
    graphiql: GraphiQL | None = None,
    routes: Sequence[BaseRoute] = (),
    make_key: KeyFunction = cache_key,
    log: AccessLog | None = None,
    metrics: Metrics | None = None,
) -> Starlette:
    """The gateway as an ASGI application.

    Args:
        settings: All settings.
        transport: Sends upstream requests; by default over aiohttp.
        store: Keeps the blocks in this process; by default its memory.
        clock: Seconds since the epoch.
        graphiql: The page for browsers, where the settings want one; by default one that knows no demo.
        routes: What else is served.
        make_key: Makes the keys of what is remembered.
        log: Gets a line for each request; None for none.
        metrics: Counts what happens; by default counters of its own.

    Raises:
        SettingsError: The manifest of trusted documents cannot be read.
    """
    secret = settings.cache_secret.get_secret_value().encode() if settings.cache_secret else secrets.token_bytes(32)
    metrics = metrics or Metrics()
    caches = build_caches(settings, store, clock=clock, secret=secret, observer=metrics)
    budget = call_budget(settings, caches, clock=clock, secret=secret, observer=metrics)
    upstream = build_upstream(settings, transport, clock, metrics, budget=budget)
    listings = build_listings(
        settings, upstream, caches, clock=clock, secret=secret, make_key=make_key, observer=metrics
    )
    page = (graphiql or GraphiQL()) if settings.graphiql else None
    held_key = own_key(settings, secret, clock, metrics)
    resolver = callers(settings, secret, clock, held_key)
    endpoint = _endpoint(settings, listings, resolver, gate(settings, metrics), clock, page)

    files = [page.assets] if page else []
    app = Starlette(
        routes=[
            Route("/graphql", endpoint, middleware=cors(settings.cors_origins, resolver.further_headers)),
            *files,
            *probe_routes(held_key, alone=settings.credential_kinds == {Kind.KEY}, link=caches.link),
            *_admin_routes(settings, metrics, caches, secret),
            *routes,
        ],
        middleware=[Middleware(RequestLog, log=log, observer=metrics), Middleware(SecurityHeaders)],
        lifespan=_life(listings),
    )
    app.router.redirect_slashes = False  # a redirect would be built from the Host header, which the client writes
    return app


def _life(listings: Listings) -> Lifespan[Starlette]:
    """From the start, when requests are welcome, to the end, when all is closed."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[State]:  # noqa: ARG001  Starlette's signature
        await listings.caches.begin()
        try:
            yield {"ready": True}
        finally:
            await listings.aclose()

    return lifespan


def _admin_routes(settings: Settings, metrics: Metrics, caches: Caches, secret: bytes) -> list[BaseRoute]:
    if settings.admin_token is None:
        return []
    token = Secret(settings.admin_token.get_secret_value())
    return [metrics_route(metrics, token), purge_route(caches.generations, secret, token)]


def _endpoint(
    settings: Settings,
    listings: Listings,
    resolver: CallerResolver,
    admission: Gate,
    clock: Callable[[], float],
    page: GraphiQL | None,
) -> GraphQLEndpoint:
    return GraphQLEndpoint(
        executor(settings),
        listings.services(settings),
        resolver,
        RequestReader(max_octets=settings.max_body_kilobytes * KIBI, max_depth=settings.max_json_depth),
        persisted_documents(settings),
        admission,
        answer_writer(settings, clock),
        deadline_seconds=settings.deadline_seconds,
        page=page.page if page else None,
    )
