"""Blocks that are kept in memory alone."""

from collections.abc import Callable
from typing import Any, TypeVar

from gateway.cache.blocks import Blocks
from gateway.cache.freshness import Freshness
from gateway.cache.single_flight import SingleFlight
from gateway.cache.store import MemoryStore, Store
from gateway.cache.tiers import Tiers

Value = TypeVar("Value")


def blocks_in_memory(
    value_type: type[Value] | Any,
    freshness: Freshness,
    clock: Callable[[], float],
    store: Store | None = None,
    flights: SingleFlight | None = None,
) -> Blocks[Value]:
    """Blocks over a store, by default one that is large enough for a test."""
    kept = store or MemoryStore(max_entries=1_000, max_octets=1 << 26)
    tiers = Tiers[Value](kept, value_type, lifetime=freshness.lifetime, clock=clock)
    return Blocks(tiers, flights or SingleFlight(), freshness, clock)
