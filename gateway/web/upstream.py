"""The upstream as the settings want it: the client, and the layers of `gateway.upstream.calls` around it."""

from collections.abc import Callable

import httpx

from gateway import __version__
from gateway.observability.observer import Observer
from gateway.settings import Settings
from gateway.upstream.breaker import Breaker
from gateway.upstream.budget import LocalBudget
from gateway.upstream.bulkhead import Bulkhead
from gateway.upstream.calls import Guards, Upstream
from gateway.upstream.client import UpstreamClient
from gateway.upstream.per_project import PerProject
from gateway.upstream.retry import Retries, RetryBudget
from gateway.upstream.throttle import ProjectCooldown
from gateway.upstream.transport import ExactTransport
from gateway.web.parts import MEBI


def upstream_transport(settings: Settings) -> httpx.AsyncBaseTransport:
    """What sends requests, over aiohttp."""
    return ExactTransport(
        max_connections=settings.upstream_connections, connect_timeout=settings.upstream_connect_seconds
    )


def build_upstream(
    settings: Settings,
    transport: httpx.AsyncBaseTransport,
    clock: Callable[[], float],
    observer: Observer | None = None,
) -> Upstream:
    """The upstream.

    Args:
        settings: All settings.
        transport: Sends requests.
        clock: Seconds since the epoch.
        observer: Is told what happens.
    """
    client = UpstreamClient(
        transport,
        origin=settings.upstream_url,
        timeout=settings.upstream_attempt_seconds,
        max_answer_octets=settings.upstream_max_answer_megabytes * MEBI,
        user_agent=f"vod-graphql-gateway/{__version__}",
    )

    def guards() -> Guards:
        return Guards(
            ProjectCooldown(most=settings.throttle_max_seconds, clock=clock, observer=observer),
            Breaker(failures=settings.breaker_failures, pause=settings.breaker_seconds, clock=clock, observer=observer),
            RetryBudget(share=settings.upstream_retry_percent / 100),
        )

    budget = None
    if settings.upstream_calls_per_minute is not None:
        budget = LocalBudget(
            calls_per_minute=settings.upstream_calls_per_minute,
            scope_share=settings.upstream_scope_percent / 100,
            reserve=settings.upstream_reserve_percent / 100,
            clock=clock,
        )
    return Upstream(
        client,
        retries=Retries(attempts=settings.upstream_attempts, seconds=settings.upstream_timeout_seconds),
        bulkhead=Bulkhead(
            most=settings.upstream_concurrency, patience=settings.upstream_queue_seconds, observer=observer
        ),
        budget=budget,
        guards=PerProject(guards),
        observer=observer,
    )
