"""What answers `/graphql`: the endpoint, the answers remembered in front of it, and what pages of other origins may."""

from collections.abc import Callable, Sequence

from starlette.types import ASGIApp

from gateway.cache.answers import Answers
from gateway.cache.key import KeyFunction
from gateway.credentials.resolve import CREDENTIAL_HEADERS, CallerResolver
from gateway.graph.context import Services
from gateway.observability.observer import Observer
from gateway.settings import Settings
from gateway.web.answers import RememberedAnswers
from gateway.web.cors import with_cors
from gateway.web.graphiql import GraphiQL
from gateway.web.graphql_http import GraphQLEndpoint
from gateway.web.graphql_request import RequestReader
from gateway.web.parts import KIBI, answer_writer, executor, explain_header, gate, persisted_documents


def build_graphql(  # noqa: PLR0913  what the endpoint is made of
    settings: Settings,
    services: Services,
    resolver: CallerResolver,
    answers: Answers,
    page: GraphiQL | None,
    *,
    clock: Callable[[], float],
    secret: bytes,
    make_key: KeyFunction,
    observer: Observer,
    trace_headers: Sequence[str],
) -> ASGIApp:
    """The application behind the path.

    Args:
        settings: All settings.
        services: What resolvers use.
        resolver: Finds out who asks.
        answers: Keeps whole answers.
        page: What a browser is shown.
        clock: Seconds since the epoch.
        secret: Keys the digests that stand for questions.
        make_key: Makes the keys of what is remembered.
        observer: Is told what happens.
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
        gate(settings, observer),
        answer_writer(settings, clock),
        deadline_seconds=settings.deadline_seconds,
        page=page.page if page else None,
        explain_header=explain_header(settings),
    )
    app: ASGIApp = endpoint
    if settings.cache != "off":
        app = RememberedAnswers(
            endpoint,
            answers,
            make_key=make_key,
            secret=secret,
            deciding_headers=(*CREDENTIAL_HEADERS, *endpoint.further_headers),
            clock=clock,
            fresh_seconds=settings.cache_fresh_seconds,
            observer=observer,
        )
    return with_cors(app, settings.cors_origins, (*endpoint.further_headers, *trace_headers))
