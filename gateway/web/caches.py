"""What is kept, at both levels, as the settings want it."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.cache.generations import Generations
from gateway.cache.redis_store import RedisStore
from gateway.cache.sealing import Seal
from gateway.cache.shared_generations import SharedGenerations
from gateway.cache.store import MemoryStore, Store
from gateway.observability.observer import Observer
from gateway.redis.link import Address, RedisLink, connect
from gateway.settings import Settings
from gateway.web.parts import KIBI, MEBI


@dataclass(frozen=True)
class Caches:
    """The levels, and what they have in common.

    Args:
        memory: The first level.
        generations: What was purged.
        shared: The second level.
        link: The way there.
    """

    memory: Store
    generations: Generations
    shared: RedisStore | None = None
    link: RedisLink | None = None

    async def begin(self) -> None:
        """Begins to follow what other replicas purge; the store need not be there."""
        await self.generations.begin()

    async def aclose(self) -> None:
        """Ends what runs in the background, and lets go of both levels."""
        await self.generations.aclose()
        await self.memory.aclose()
        if self.shared is not None:
            await self.shared.aclose()
        if self.link is not None:
            await self.link.aclose()


def build_caches(
    settings: Settings,
    store: Store | None,
    *,
    clock: Callable[[], float],
    secret: bytes,
    link: RedisLink | None = None,
    observer: Observer | None = None,
) -> Caches:
    """The caches.

    Args:
        settings: All settings.
        store: The first level; by default memory with the settings' bounds.
        clock: Seconds since the epoch.
        secret: Keys digests and seals values.
        link: The way to the shared store; by default to the one that the settings name.
        observer: Is told what happens.
    """
    memory = store or MemoryStore(
        max_entries=settings.cache_max_entries, max_octets=settings.cache_max_megabytes * MEBI
    )
    lifetime = settings.cache_fresh_seconds + settings.cache_stale_seconds + settings.cache_error_seconds
    if not settings.shares_cache:
        return Caches(memory, Generations(secret=secret, lifetime=lifetime, clock=clock))
    link = link or build_link(settings, clock, observer)
    prefix = settings.cache_prefix
    shared = RedisStore(
        link,
        Seal(secret),
        prefix=prefix,
        max_octets=settings.cache_max_value_kilobytes * KIBI,
        observer=observer,
    )
    generations = SharedGenerations(link, prefix=prefix, secret=secret, lifetime=lifetime, clock=clock)
    return Caches(memory, generations, shared, link)


def build_link(settings: Settings, clock: Callable[[], float], observer: Observer | None = None) -> RedisLink:
    """The way to the store that the settings name."""
    address = Address(
        settings.cache,
        settings.cache_password.get_secret_value() if settings.cache_password else None,
        str(settings.cache_ca) if settings.cache_ca else None,
    )
    timeout = settings.cache_timeout_milliseconds / 1_000
    return RedisLink(connect(address), timeout=timeout, clock=clock, observer=observer)
