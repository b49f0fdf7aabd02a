"""The two listings, with all that stands behind them: the upstream, and what is remembered of it."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.cache.blocks import Blocks
from gateway.cache.freshness import Freshness
from gateway.cache.key import KeyFunction
from gateway.cache.single_flight import SingleFlight
from gateway.cache.store import MemoryStore, Store
from gateway.graph.context import Services
from gateway.listing.listing import Listing
from gateway.observability.observer import Observer
from gateway.settings import Settings
from gateway.upstream.calls import Upstream
from gateway.upstream.endpoints import SNAPSHOTS, THUMBNAIL_TASKS, Endpoint
from gateway.upstream.models import Answer, RowModel, SnapshotRow, TaskRow
from gateway.web.parts import MEBI


@dataclass(frozen=True)
class Listings:
    """What is read, and what has to be closed in the end."""

    tasks: Listing[TaskRow]
    snapshots: Listing[SnapshotRow]
    store: Store
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
        await self.store.aclose()
        await self.upstream.aclose()


def build_listings(
    settings: Settings,
    upstream: Upstream,
    store: Store | None,
    *,
    clock: Callable[[], float],
    secret: bytes,
    make_key: KeyFunction,
    observer: Observer | None = None,
    on_forget: Callable[[str], None] = lambda _: None,
) -> Listings:
    """The listings, as the settings want them.

    Args:
        settings: All settings.
        upstream: Reads the REST API.
        store: Keeps the blocks; by default the one that the settings name.
        clock: Seconds since the epoch.
        secret: Keys the digests that stand for questions.
        make_key: Makes the keys of what is remembered.
        observer: Is told what happens.
        on_forget: Is told of every scope that is forgotten.
    """
    kept = store or MemoryStore(max_entries=settings.cache_max_entries, max_octets=settings.cache_max_megabytes * MEBI)
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
            patience = settings.cache_patience_seconds
            blocks = Blocks(
                kept,
                flights,
                freshness,
                clock,
                value_type,
                patience=patience,
                observer=observer,
                on_forget=on_forget,
            )
        return Listing(
            endpoint,
            upstream,
            blocks,
            clock=clock,
            secret=secret,
            search_calls=settings.search_calls,
            make_key=make_key,
            observer=observer,
        )

    return Listings(listing(THUMBNAIL_TASKS), listing(SNAPSHOTS), kept, upstream)
