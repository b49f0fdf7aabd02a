"""Builds the gateway: every part once, each handed what it needs."""

import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from gateway.cache.blocks import Blocks
from gateway.cache.freshness import Freshness
from gateway.cache.key import KeyFunction, cache_key
from gateway.cache.recent import Recent
from gateway.cache.single_flight import SingleFlight
from gateway.cache.store import MemoryStore, Store
from gateway.credentials.admission import Admission, read_access_tokens
from gateway.credentials.held_key import HeldKey
from gateway.credentials.kinds import Kind, scope_digest
from gateway.credentials.resolve import CallerResolver
from gateway.credentials.secret import Secret
from gateway.credentials.signing import SigningKey
from gateway.graph.context import Services
from gateway.graph.cost import Budget
from gateway.graph.execution import Executor
from gateway.graph.limits import DocumentLimits
from gateway.graph.prices import field_prices
from gateway.graph.schema import build_schema
from gateway.listing.listing import Listing
from gateway.settings import Settings, SettingsError
from gateway.upstream.endpoints import SNAPSHOTS, THUMBNAIL_TASKS, Endpoint
from gateway.upstream.models import Answer, RowModel
from gateway.web.cors import cors
from gateway.web.graphiql import GraphiQL
from gateway.web.graphql_answer import AnswerWriter
from gateway.web.graphql_http import GraphQLEndpoint
from gateway.web.graphql_request import RequestReader
from gateway.web.limits import Gate
from gateway.web.persisted import ManifestError, PersistedDocuments, read_manifest
from gateway.web.probes import probe_routes
from gateway.web.protocol import RequestLimits
from gateway.web.security_headers import SecurityHeaders
from gateway.web.upstream import build_upstream

KIBI = 1 << 10
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
        return Listing(
            endpoint,
            upstream,
            blocks,
            clock=clock,
            secret=secret,
            search_calls=settings.search_calls,
            make_key=make_key,
        )

    tasks, snapshots = listing(THUMBNAIL_TASKS), listing(SNAPSHOTS)
    page = (graphiql or GraphiQL()) if settings.graphiql else None
    held_key = _held_key(settings, secret, clock)
    endpoint = GraphQLEndpoint(
        _executor(settings),
        Services(tasks, snapshots, max_first=settings.max_first),
        _callers(settings, secret, clock, held_key),
        RequestReader(max_octets=settings.max_body_kilobytes * KIBI, max_depth=settings.max_json_depth),
        _persisted_documents(settings),
        Gate(
            most=settings.max_concurrent_requests,
            waiting=settings.max_waiting_requests,
            patience=settings.queue_seconds,
        ),
        AnswerWriter(
            clock=clock,
            fresh_seconds=settings.cache_fresh_seconds,
            partial_success_status=settings.partial_success_status,
        ),
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
            await upstream.aclose()

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


def request_limits(settings: Settings) -> RequestLimits:
    """What `server.serve` lets through to the application."""
    return RequestLimits(
        line_octets=settings.max_header_line_kilobytes * KIBI,
        head_octets=settings.max_headers_kilobytes * KIBI,
        seconds=settings.request_seconds,
    )


def _executor(settings: Settings) -> Executor:
    return Executor(
        build_schema(),
        field_prices(max_first=settings.max_first, search_calls=settings.search_calls),
        budget=Budget(calls=settings.max_cost, fields=settings.max_answer_fields),
        limits=DocumentLimits(
            characters=settings.max_document_kilobytes * KIBI,
            tokens=settings.max_tokens,
            depth=settings.max_depth,
            aliases=settings.max_aliases,
            alias_length=settings.max_alias_length,
            root_fields=settings.max_root_fields,
            validation_steps=settings.max_validation_steps,
        ),
        max_documents=settings.max_documents,
        introspection=settings.introspection,
    )


def _persisted_documents(settings: Settings) -> PersistedDocuments:
    trusted: Mapping[str, str] = {}
    if settings.trusted_documents is not None:
        try:
            trusted = read_manifest(settings.trusted_documents.read_bytes())
        except (OSError, ManifestError) as problem:
            raise SettingsError(f"GATEWAY_TRUSTED_DOCUMENTS: the manifest cannot be read: {problem}") from problem
    automatic: Recent[str] | None = None
    if settings.automatic_persisted_queries:
        automatic = Recent(most=settings.max_persisted_queries, room=settings.max_persisted_megabytes * MEBI)
    return PersistedDocuments(trusted, trusted_only=settings.trusted_documents_only, automatic=automatic)


def _held_key(settings: Settings, secret: bytes, clock: Callable[[], float]) -> HeldKey | None:
    if settings.access_key is None or settings.secret_key is None:
        return None
    access, security_token = settings.access_key.get_secret_value(), settings.security_token
    key = SigningKey(
        access,
        Secret(settings.secret_key.get_secret_value()),
        Secret(security_token.get_secret_value()) if security_token else None,
    )
    return HeldKey(key, scope=scope_digest(secret, Kind.KEY, access), clock=clock)


def _callers(settings: Settings, secret: bytes, clock: Callable[[], float], held_key: HeldKey | None) -> CallerResolver:
    tokens = settings.access_tokens
    return CallerResolver(
        secret=secret,
        clock=clock,
        project_id=settings.project_id,
        callers_choose_project=settings.callers_choose_project,
        kinds=frozenset(Kind(kind) for kind in settings.credential_kinds),
        held_key=held_key,
        admission=Admission(read_access_tokens(tokens.get_secret_value()), header=settings.access_header)
        if tokens
        else None,
    )
