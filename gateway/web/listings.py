"""The two listings, with all that stands behind them: the upstream, and what is remembered of it."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.cache.blocks import Blocks
from gateway.cache.freshness import Freshness
from gateway.cache.key import KeyFunction
from gateway.cache.single_flight import SingleFlight
from gateway.cache.tiers import Tiers
from gateway.graph.context import Services
from gateway.listing.listing import Listing
from gateway.observability.observer import Observer
from gateway.settings import Settings
from gateway.upstream.calls import Upstream
from gateway.upstream.endpoints import SNAPSHOTS, THUMBNAIL_TASKS, Endpoint
from gateway.upstream.models import Answer, RowModel, SnapshotRow, TaskRow
from gateway.web.caches import Caches


@dataclass(frozen=True)
class Listings:
    """What is read, and what has to be closed in the end."""

    tasks: Listing[TaskRow]
    snapshots: Listing[SnapshotRow]
    caches: Caches
    upstream: Upstream

    def services(self, settings: Settings) -> Services:
        """What resolvers use."""
        return Services(
            self.tasks, self.snapshots, max_first=settings.max_first, pages_at_once=settings.max_pages_at_once
        )

    async def aclose(self) -> None:
        """Ends what runs in the background, and lets go of store and connections."""
        await self.tasks.aclose()
        await self.snapshots.aclose()
        await self.caches.aclose()
        await self.upstream.aclose()


def build_listings(
    settings: Settings,
    upstream: Upstream,
    caches: Caches,
    *,
    clock: Callable[[], float],
    secret: bytes,
    make_key: KeyFunction,
    observer: Observer | None = None,
) -> Listings:
    """The listings, as the settings want them.

    Args:
        settings: All settings.
        upstream: Reads the REST API.
        caches: Keep the blocks.
        clock: Seconds since the epoch.
        secret: Keys the digests that stand for questions.
        make_key: Makes the keys of what is remembered.
        observer: Is told what happens.
    """
    flights = SingleFlight(observer)
    freshness = Freshness(
        settings.cache_fresh_seconds,
        settings.cache_stale_seconds,
        settings.cache_error_seconds,
        early=settings.cache_early_percent / 100,
    )

    def listing(endpoint: Endpoint[RowModel]) -> Listing[RowModel]:
        blocks: Blocks[Answer[RowModel]] | None = None
        if settings.cache != "off":
            value_type = Answer[endpoint.row_type]  # type: ignore[name-defined]  # a type that exists at run time only
            tiers: Tiers[Answer[RowModel]] = Tiers(
                caches.memory,
                value_type,
                lifetime=freshness.lifetime,
                clock=clock,
                shared=caches.shared,
                generations=caches.generations,
            )
            patience = settings.cache_patience_seconds
            blocks = Blocks(tiers, flights, freshness, clock, patience=patience, observer=observer)
        return Listing(
            endpoint,
            upstream,
            blocks,
            clock=clock,
            secret=secret,
            search_calls=settings.search_calls,
            make_key=make_key,
            generations=caches.generations,
            observer=observer,
        )

    return Listings(listing(THUMBNAIL_TASKS), listing(SNAPSHOTS), caches, upstream)
