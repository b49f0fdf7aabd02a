"""What answers `/graphql`: the endpoint, the answers remembered in front of it, and what pages of other origins may."""

from collections.abc import Sequence
from functools import partial

from starlette.types import ASGIApp

from gateway.cache.generations import Generations
from gateway.credentials.resolve import CREDENTIAL_HEADERS, CallerResolver
from gateway.graph.context import Services
from gateway.settings import Settings
from gateway.web.answers import RememberedAnswers
from gateway.web.cors import with_cors
from gateway.web.graphiql import GraphiQL
from gateway.web.graphql_http import GraphQLEndpoint
from gateway.web.graphql_request import RequestReader
from gateway.web.ground import Ground
from gateway.web.parts import KIBI, answer_cache, answer_writer, executor, explain_header, gate, persisted_documents
from gateway.web.security_headers import SecurityHeaders


def build_graphql(
    settings: Settings,
    services: Services,
    resolver: CallerResolver,
    generations: Generations,
    page: GraphiQL | None,
    ground: Ground,
    *,
    trace_headers: Sequence[str],
) -> ASGIApp:
    """The application behind the path.

    Args:
        settings: All settings.
        services: What resolvers use.
        resolver: Finds out who asks.
        generations: Say what was purged.
        page: What a browser is shown.
        ground: What all stand on.
        trace_headers: What pages of other origins may send of their traces.

    Raises:
        SettingsError: The manifest of trusted documents cannot be read.
    """
    endpoint = GraphQLEndpoint(
        executor(settings),
        services,
        resolver,
        RequestReader(max_octets=settings.max_body_kilobytes * KIBI, max_depth=settings.max_json_depth),
        persisted_documents(settings),
        gate(settings, ground.observer),
        answer_writer(settings, ground.clock),
        generations,
        deadline_seconds=settings.deadline_seconds,
        page=page.page if page else None,
        explain_header=explain_header(settings),
    )
    app: ASGIApp = SecurityHeaders(endpoint)  # within, so that what is remembered has them already
    if settings.cache != "off":
        app = RememberedAnswers(
            app,
            answer_cache(settings, generations, ground.clock),
            make_key=partial(ground.keys.of_request, ground.secret),
            deciding_headers=(*CREDENTIAL_HEADERS, *endpoint.further_headers),
            clock=ground.clock,
            fresh_seconds=settings.cache_fresh_seconds,
            most_waiting=settings.max_concurrent_requests + settings.max_waiting_requests,
            observer=ground.observer,
        )
    return with_cors(app, settings.cors_origins, (*endpoint.further_headers, *trace_headers))
