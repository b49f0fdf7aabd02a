"""The two listings, with all that stands behind them: the upstream, and what is remembered of it."""

from dataclasses import dataclass

from gateway.cache.blocks import Blocks
from gateway.cache.freshness import Freshness
from gateway.cache.single_flight import SingleFlight
from gateway.cache.tiers import Tiers
from gateway.graph.context import Services
from gateway.listing.listing import Listing
from gateway.settings import Settings
from gateway.upstream.calls import Upstream
from gateway.upstream.endpoints import SNAPSHOTS, THUMBNAIL_TASKS, Endpoint
from gateway.upstream.models import Answer, RowModel, SnapshotRow, TaskRow
from gateway.web.caches import Caches
from gateway.web.ground import Ground


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


def build_listings(settings: Settings, upstream: Upstream, caches: Caches, ground: Ground) -> Listings:
    """The listings, as the settings want them.

    Args:
        settings: All settings.
        upstream: Reads the REST API.
        caches: Keep the blocks.
        ground: What all stand on.
    """
    flights = SingleFlight(ground.observer)
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
                clock=ground.clock,
                shared=caches.shared,
                generations=caches.generations,
            )
            patience = settings.cache_patience_seconds
            blocks = Blocks(tiers, flights, freshness, ground.clock, patience=patience, observer=ground.observer)
        return Listing(
            endpoint,
            upstream,
            blocks,
            clock=ground.clock,
            secret=ground.secret,
            search_calls=settings.search_calls,
            make_key=ground.keys.of_block,
            generations=caches.generations,
            observer=ground.observer,
        )

    return Listings(listing(THUMBNAIL_TASKS), listing(SNAPSHOTS), caches, upstream)
