"""The two levels at which entries are kept: this process's memory, and the store that replicas share."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from gateway.cache.generations import Generations, of_scope
from gateway.cache.redis_store import RedisStore
from gateway.cache.store import Store

MAX_SKEW = 5.0
"""Seconds. An entry that was read later than now comes from a replica whose clock is ahead; more is not believed."""

Value = TypeVar("Value")


class Entry(msgspec.Struct, Generic[Value], frozen=True):
    """What is kept.

    Args:
        read_at: When the upstream was asked, in seconds since the epoch.
        value: What it said.
    """

    read_at: float
    value: Value


class Tiers(Generic[Value]):
    """Keeps entries in memory and, where there is one, in the shared store.

    Args:
        memory: The first level.
        value_type: The type that the values are decoded to.
        lifetime: Seconds after which an entry is good for nothing.
        clock: Seconds since the epoch.
        shared: The second level.
        generations: Are told what is forgotten, and say whether the second level may be believed.
    """

    def __init__(
        self,
        memory: Store,
        value_type: Any,
        *,
        lifetime: float,
        clock: Callable[[], float],
        shared: RedisStore | None = None,
        generations: Generations | None = None,
    ) -> None:
        self._memory = memory
        self._shared = shared
        self._generations = generations
        self._decoder = msgspec.json.Decoder(Entry[value_type])
        self._lifetime = lifetime
        self._clock = clock

    @property
    def are_shared(self) -> bool:
        """Whether it is worth asking the second level now."""
        return self._shared is not None and self._generations is not None and self._generations.in_step

    async def recall(self, key: str) -> Entry[Value] | None:
        """The entry in memory."""
        octets = await self._memory.get(key)
        return self._decoded(octets) if octets is not None else None

    async def look_up(self, key: str, known: Entry[Value] | None) -> Entry[Value] | None:
        """The newest entry: of the second level, from where memory gets it too, or else the one that is known."""
        octets = await self._shared.get(key) if self._shared is not None else None
        if octets is None:
            return known
        found = self._decoded(octets)
        if found is None or found.read_at > self._clock() + MAX_SKEW or (known and found.read_at <= known.read_at):
            return known
        await self._memory.put(key, octets, lifetime=self._lifetime)
        return found

    async def claim(self, key: str) -> bool:
        """Whether this process should read a key again, rather than another replica that is doing so."""
        return not self.are_shared or self._shared is None or await self._shared.claim(key)

    async def release(self, key: str) -> None:
        """Leaves it to others again."""
        if self._shared is not None:
            await self._shared.release(key)

    async def keep(self, key: str, entry: Entry[Value]) -> None:
        """Puts an entry into both levels; nobody waits for the second."""
        octets = msgspec.json.encode(entry)
        await self._memory.put(key, octets, lifetime=self._lifetime)
        if self._shared is not None:
            self._shared.put(key, octets, lifetime=self._lifetime)

    async def forget(self, scope: str) -> None:
        """Forgets what is kept under a scope: here at once, and where replicas share a store, by a new generation."""
        await self._memory.forget(scope)
        if self._generations is not None:
            await self._generations.purge(of_scope(scope))

    def _decoded(self, octets: bytes) -> Entry[Value] | None:
        try:
            return self._decoder.decode(octets)
        except msgspec.MsgspecError:
            return None
