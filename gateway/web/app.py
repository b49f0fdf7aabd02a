"""Builds the gateway: every part once, each handed what it needs."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypedDict

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Lifespan

from gateway.cache.key import KEYS, Keys
from gateway.cache.store import Store
from gateway.credentials.kinds import Kind
from gateway.credentials.secret import Secret
from gateway.observability.logs import AccessLog
from gateway.observability.metrics import Metrics
from gateway.observability.observer import Observer, Observers
from gateway.settings import Settings
from gateway.web.caches import Caches, build_caches
from gateway.web.graphiql import GraphiQL
from gateway.web.graphql import build_graphql
from gateway.web.ground import Ground
from gateway.web.listings import Listings, build_listings
from gateway.web.metrics import metrics_route
from gateway.web.parts import callers, explain_example, own_key, tracing_for
from gateway.web.probes import probe_routes
from gateway.web.purge import purge_route
from gateway.web.request_log import RequestLog
from gateway.web.security_headers import SecurityHeaders
from gateway.web.shortcut import Shortcut
from gateway.web.traced import TRACE_HEADERS, Traced
from gateway.web.upstream import build_upstream, call_budget, upstream_transport

if TYPE_CHECKING:
    from gateway.observability.tracing import Tracing

PATH = "/graphql"


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
    keys: Keys = KEYS,
    log: AccessLog | None = None,
    metrics: Metrics | None = None,
    tracing: "Tracing | None" = None,
) -> Starlette:
    """The gateway as an ASGI application.

    Args:
        settings: All settings.
        transport: Sends upstream requests; by default over aiohttp.
        store: Keeps the blocks in this process; by default its memory.
        clock: Seconds since the epoch.
        graphiql: The page for browsers, where the settings want one; by default one that knows no demo.
        routes: What else is served.
        keys: Make the keys of what is remembered.
        log: Gets a line for each request; None for none.
        metrics: Counts what happens; by default counters of its own.
        tracing: Makes spans of it; by default as the settings say. It is closed with the application.

    Raises:
        SettingsError: The manifest of trusted documents cannot be read.
    """
    secret = settings.cache_secret.get_secret_value().encode() if settings.cache_secret else secrets.token_bytes(32)
    metrics, tracing = metrics or Metrics(), tracing or tracing_for(settings)
    observer = Observers(metrics, tracing) if tracing else metrics
    ground = Ground(clock, secret, keys, observer)
    caches = build_caches(settings, store, clock=clock, secret=secret, observer=observer)
    transport = transport or upstream_transport(settings)
    listings = _listings(settings, tracing.transport(transport) if tracing else transport, caches, ground)
    page = (graphiql or GraphiQL(explain=explain_example(settings))) if settings.graphiql else None
    held_key = own_key(settings, secret, clock, observer)
    resolver, services = callers(settings, secret, clock, held_key), listings.services(settings)
    trace_headers = TRACE_HEADERS if tracing else ()
    graphql = build_graphql(settings, services, resolver, caches.generations, page, ground, trace_headers=trace_headers)
    app = Starlette(
        routes=[
            *([page.assets] if page else []),
            *probe_routes(held_key, alone=settings.credential_kinds == {Kind.KEY}, link=caches.link),
            *_admin_routes(settings, metrics, caches, secret),
            *routes,
        ],
        middleware=[Middleware(SecurityHeaders)],
        lifespan=_life(listings, tracing),
    )
    app.router.redirect_slashes = False  # a redirect would be built from the Host header, which the client writes
    app.middleware_stack = _in_front(app.build_middleware_stack(), graphql, log, observer, tracing)
    return app


def _listings(settings: Settings, transport: httpx.AsyncBaseTransport, caches: Caches, ground: Ground) -> Listings:
    clock, observer = ground.clock, ground.observer
    budget = call_budget(settings, caches, clock=clock, secret=ground.secret, observer=observer)
    upstream = build_upstream(settings, transport, clock, observer, budget=budget)
    return build_listings(settings, upstream, caches, ground)


def _in_front(
    others: ASGIApp, graphql: ASGIApp, log: AccessLog | None, observer: Observer, tracing: "Tracing | None"
) -> ASGIApp:
    """What every request passes, and nothing that one for GraphQL does not need."""
    shortcut = Shortcut(others, path=PATH, target=graphql)
    followed = Traced(shortcut, path=PATH, tracing=tracing) if tracing else shortcut
    return RequestLog(followed, log=log, observer=observer)


def _life(listings: Listings, tracing: "Tracing | None") -> Lifespan[Starlette]:
    """From the start, when requests are welcome, to the end, when all is closed."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[State]:  # noqa: ARG001  Starlette's signature
        await listings.caches.begin()
        try:
            yield {"ready": True}
        finally:
            await listings.aclose()
            if tracing is not None:
                await asyncio.to_thread(tracing.close)

    return lifespan


def _admin_routes(settings: Settings, metrics: Metrics, caches: Caches, secret: bytes) -> list[BaseRoute]:
    if settings.admin_token is None:
        return []
    token = Secret(settings.admin_token.get_secret_value())
    return [metrics_route(metrics, token), purge_route(caches.generations, secret, token)]
