"""The upstream as the settings want it: the client, and the layers of `gateway.upstream.calls` around it."""

from collections.abc import Callable

import httpx

from gateway import __version__
from gateway.observability.observer import Observer
from gateway.settings import Settings
from gateway.upstream.breaker import Breaker
from gateway.upstream.budget import Allowance, CallBudget, LocalBudget
from gateway.upstream.bulkhead import Bulkhead
from gateway.upstream.calls import Guards, Upstream
from gateway.upstream.client import UpstreamClient
from gateway.upstream.per_project import PerProject
from gateway.upstream.retry import Retries, RetryBudget
from gateway.upstream.shared_budget import SharedBudget
from gateway.upstream.throttle import ProjectCooldown
from gateway.upstream.transport import ExactTransport
from gateway.web.caches import Caches
from gateway.web.parts import MEBI


def upstream_transport(settings: Settings) -> httpx.AsyncBaseTransport:
    """What sends requests, over aiohttp."""
    return ExactTransport(
        max_connections=settings.upstream_connections, connect_timeout=settings.upstream_connect_seconds
    )


def upstream_client(settings: Settings, transport: httpx.AsyncBaseTransport) -> UpstreamClient:
    """What makes one call."""
    return UpstreamClient(
        transport,
        origin=settings.upstream_url,
        timeout=settings.upstream_attempt_seconds,
        max_answer_octets=settings.upstream_max_answer_megabytes * MEBI,
        user_agent=f"vod-graphql-gateway/{__version__}",
    )


def build_upstream(
    settings: Settings,
    transport: httpx.AsyncBaseTransport,
    clock: Callable[[], float],
    observer: Observer | None = None,
    *,
    budget: CallBudget | None = None,
) -> Upstream:
    """The upstream.

    Args:
        settings: All settings.
        transport: Sends requests.
        clock: Seconds since the epoch.
        observer: Is told what happens.
        budget: Pays for calls; by default this process alone, where the settings want it.
    """
    client = upstream_client(settings, transport)

    def guards() -> Guards:
        return Guards(
            ProjectCooldown(most=settings.throttle_max_seconds, clock=clock, observer=observer),
            Breaker(failures=settings.breaker_failures, pause=settings.breaker_seconds, clock=clock, observer=observer),
            RetryBudget(share=settings.upstream_retry_percent / 100),
        )

    return Upstream(
        client,
        retries=Retries(attempts=settings.upstream_attempts, seconds=settings.upstream_timeout_seconds),
        bulkhead=Bulkhead(
            most=settings.upstream_concurrency, patience=settings.upstream_queue_seconds, observer=observer
        ),
        budget=budget or call_budget(settings, None, clock=clock, secret=b""),
        guards=PerProject(guards),
        observer=observer,
    )


def call_budget(
    settings: Settings,
    caches: Caches | None,
    *,
    clock: Callable[[], float],
    secret: bytes,
    observer: Observer | None = None,
) -> CallBudget | None:
    """What pays for upstream calls: together where replicas share a store, else this process alone.

    Args:
        settings: All settings.
        caches: Hold the way to the store.
        clock: Seconds since the epoch.
        secret: Keys the digests that stand for projects.
        observer: Is told where a process has to pay alone.
    """
    if settings.upstream_calls_per_minute is None:
        return None
    allowance = Allowance.of(
        settings.upstream_calls_per_minute,
        scope_share=settings.upstream_scope_percent / 100,
        reserve=settings.upstream_reserve_percent / 100,
    )
    if caches is None or caches.link is None:
        return LocalBudget(allowance, clock=clock)
    return SharedBudget(
        caches.link,
        allowance,
        prefix=settings.cache_prefix,
        secret=secret,
        clock=clock,
        replicas=lambda: caches.generations.replicas,
        observer=observer,
    )
