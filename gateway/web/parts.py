"""The parts of the application that follow from the settings alone, each made in one place."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from gateway.cache.answers import Answers
from gateway.cache.generations import Generations
from gateway.cache.recent import Recent
from gateway.credentials.admission import Admission, read_access_tokens
from gateway.credentials.held_key import HeldKey
from gateway.credentials.kinds import Kind, scope_digest
from gateway.credentials.resolve import CallerResolver
from gateway.credentials.secret import Secret
from gateway.credentials.signing import SigningKey
from gateway.graph.cost import Budget
from gateway.graph.execution import Executor
from gateway.graph.limits import DocumentLimits
from gateway.graph.prices import field_prices
from gateway.graph.schema import build_schema
from gateway.observability.observer import Observer
from gateway.settings import Settings, SettingsError
from gateway.web.explain import ExplainHeader
from gateway.web.graphql_answer import AnswerWriter
from gateway.web.limits import Gate
from gateway.web.persisted import ManifestError, PersistedDocuments, read_manifest
from gateway.web.protocol import RequestLimits

if TYPE_CHECKING:
    from gateway.observability.tracing import Tracing

KIBI = 1 << 10
MEBI = 1 << 20


def request_limits(settings: Settings) -> RequestLimits:
    """What `server.serve` lets through to the application."""
    return RequestLimits(
        line_octets=settings.max_header_line_kilobytes * KIBI,
        head_octets=settings.max_headers_kilobytes * KIBI,
        seconds=settings.request_seconds,
    )


def executor(settings: Settings) -> Executor:
    """What runs operations, within the limits."""
    return Executor(
        build_schema(),
        field_prices(max_first=settings.max_first, search_calls=settings.search_calls),
        budget=Budget(
            calls=settings.max_cost,
            fields=settings.max_answer_fields,
            representations=settings.max_representations,
        ),
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
        compile_selections=settings.compile_selections,
    )


def persisted_documents(settings: Settings) -> PersistedDocuments:
    """The documents that requests may name.

    Raises:
        SettingsError: The manifest of trusted documents cannot be read.
    """
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


def own_key(
    settings: Settings, secret: bytes, clock: Callable[[], float], observer: Observer | None = None
) -> HeldKey | None:
    """The gateway's own key, if it holds one."""
    if settings.access_key is None or settings.secret_key is None:
        return None
    access, security_token = settings.access_key.get_secret_value(), settings.security_token
    key = SigningKey(
        access,
        Secret(settings.secret_key.get_secret_value()),
        Secret(security_token.get_secret_value()) if security_token else None,
    )
    return HeldKey(key, scope=scope_digest(secret, Kind.KEY, access), clock=clock, observer=observer)


def callers(settings: Settings, secret: bytes, clock: Callable[[], float], held_key: HeldKey | None) -> CallerResolver:
    """What finds out who asks."""
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


def gate(settings: Settings, observer: Observer | None = None) -> Gate:
    """What bounds how many requests are worked on at once."""
    return Gate(
        most=settings.max_concurrent_requests,
        waiting=settings.max_waiting_requests,
        patience=settings.queue_seconds,
        observer=observer,
    )


def answer_cache(settings: Settings, generations: Generations, clock: Callable[[], float]) -> Answers:
    """What keeps whole answers: as long as all blocks are fresh that they were made from."""
    return Answers(
        generations,
        max_octets=settings.cache_answers_megabytes * MEBI,
        lifetime=settings.cache_fresh_seconds,
        early=settings.cache_early_percent / 100,
        clock=clock,
    )


def explain_header(settings: Settings) -> ExplainHeader | None:
    """What finds out who wants an explanation, if anybody may."""
    if not settings.explain:
        return None
    secret = settings.explain_secret
    return ExplainHeader(Secret(secret.get_secret_value()) if secret else None)


def explain_example(settings: Settings) -> Literal["", "1", "secret"]:
    """What GraphiQL's example of an explanation sends; nothing where there are none."""
    if not settings.explain:
        return ""
    return "1" if settings.explain_secret is None else "secret"


def answer_writer(settings: Settings, clock: Callable[[], float]) -> AnswerWriter:
    """What writes answers."""
    return AnswerWriter(
        clock=clock,
        fresh_seconds=settings.cache_fresh_seconds,
        partial_success_status=settings.partial_success_status,
    )


def tracing_for(settings: Settings) -> "Tracing | None":
    """What makes spans; None where none are wanted."""
    if settings.tracing == "off":
        return None
    from gateway.observability.otlp import otlp_tracing  # noqa: PLC0415  costs time and memory, and may be missing

    return otlp_tracing()
