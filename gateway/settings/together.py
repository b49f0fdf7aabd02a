"""Which settings go together, and which do not; a message names the one to change."""

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.settings.table import Settings


def check_reach(settings: "Settings") -> None:
    """Where the upstream is, which project is asked for, which documents are run, and what is told of it.

    Raises:
        ValueError: They contradict each other.
    """
    loopback = re.match(r"http://(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$", settings.upstream_url)
    if settings.upstream_url.startswith("http:") and not loopback and not settings.upstream_plain_http:
        raise ValueError("GATEWAY_UPSTREAM_URL is plain http, which would show every token to the network; use https")
    if settings.project_id is None and not (settings.callers_choose_project or settings.access_tokens):
        raise ValueError("GATEWAY_PROJECT_ID is not set, and GATEWAY_CALLERS_CHOOSE_PROJECT is off")
    tokens = settings.access_tokens.get_secret_value().split() if settings.access_tokens else []
    if settings.project_id is None and not all(":" in entry for entry in tokens):
        raise ValueError("GATEWAY_PROJECT_ID is not set, and GATEWAY_ACCESS_TOKENS has a token without projects")
    if settings.explain_secret is not None and not settings.explain:
        raise ValueError("GATEWAY_EXPLAIN_SECRET is set, and GATEWAY_EXPLAIN is off")
    if settings.trusted_documents_only and settings.trusted_documents is None:
        raise ValueError("GATEWAY_TRUSTED_DOCUMENTS_ONLY is on, and GATEWAY_TRUSTED_DOCUMENTS names no manifest")


def check_key(settings: "Settings") -> None:
    """The gateway's own key, and who is admitted to it.

    Raises:
        ValueError: They contradict each other.
    """
    if (settings.access_key is None) != (settings.secret_key is None):
        half = "GATEWAY_SECRET_KEY" if settings.secret_key is None else "GATEWAY_ACCESS_KEY"
        raise ValueError(f"{half} is not set, and a key has two halves")
    accepted, held = "key" in settings.credential_kinds, settings.access_key is not None
    if accepted and not held:
        raise ValueError("GATEWAY_CREDENTIALS names `key`, but GATEWAY_ACCESS_KEY is not set")
    if held and not accepted:
        raise ValueError("GATEWAY_ACCESS_KEY is set, but GATEWAY_CREDENTIALS does not name `key`")
    for name in ("security_token", "access_tokens", "admit_everyone"):
        if getattr(settings, name) and not held:
            raise ValueError(f"GATEWAY_{name.upper()} is set, but there is no GATEWAY_ACCESS_KEY for it")
    if held and not settings.access_tokens and not settings.admit_everyone:
        raise ValueError(
            "GATEWAY_ACCESS_KEY would let everyone read who reaches the gateway; set GATEWAY_ACCESS_TOKENS, "
            "or GATEWAY_ADMIT_EVERYONE=true if that is meant"
        )
    if settings.access_tokens and settings.admit_everyone:
        raise ValueError("GATEWAY_ADMIT_EVERYONE is on, which would make GATEWAY_ACCESS_TOKENS useless; set one")


def check_tracing(settings: "Settings") -> None:
    """What tracing needs to be installed.

    Raises:
        ValueError: It is not.
    """
    if settings.tracing == "off":
        return
    try:
        installed = find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        installed = False
    if not installed:
        raise ValueError(
            "GATEWAY_TRACING is otlp, and OpenTelemetry is not installed; "
            "install it with the extra: pip install 'vod-graphql-gateway[otel]'"
        )


def check_cache(settings: "Settings") -> None:
    """The store that replicas share.

    Raises:
        ValueError: They contradict each other.
    """
    if settings.shares_cache and settings.cache_secret is None:
        raise ValueError(
            "GATEWAY_CACHE_SECRET is not set, and GATEWAY_CACHE names a store that replicas share; set the same one "
            "for all of them (`openssl rand -hex 32`)"
        )
    for name in ("cache_password", "cache_ca"):
        if getattr(settings, name) and not settings.shares_cache:
            raise ValueError(f"GATEWAY_{name.upper()} is set, but GATEWAY_CACHE names no store for it")
    if settings.cache_ca and not settings.cache.startswith("rediss:"):
        raise ValueError("GATEWAY_CACHE_CA is set, but GATEWAY_CACHE is without TLS; use rediss://")
