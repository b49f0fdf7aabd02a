"""Where entries are kept: octets under keys, by aiocache."""

from collections import OrderedDict, defaultdict
from typing import Protocol

from aiocache import SimpleMemoryCache
from typing_extensions import override

from gateway.cache.key import scope_of


class Store(Protocol):
    """Keeps octets. What it cannot give back is a miss, never an error."""

    async def get(self, key: str) -> bytes | None:
        """What was put under the key, if it is still there."""
        ...

    async def put(self, key: str, value: bytes, *, lifetime: float) -> None:
        """Keeps a value, for at most `lifetime` seconds."""
        ...

    async def forget(self, scope: str) -> None:
        """Forgets every key of a scope."""
        ...

    async def aclose(self) -> None:
        """Lets go of what the store holds open."""
        ...


class MemoryStore(Store):
    """This process's memory, bounded by entries and by octets; the least recently used goes first.

    aiocache's memory has neither bound, and a timer for each key. So the lifetime is left to the reader
    of an entry, who knows its age anyway, and the bounds see to the rest.

    Args:
        max_entries: The most entries.
        max_octets: The most octets, of keys and values together.
    """

    def __init__(self, *, max_entries: int, max_octets: int) -> None:
        self._cache = SimpleMemoryCache(timeout=None)  # its timeout would cost more than the look-up
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self._by_scope: defaultdict[str, set[str]] = defaultdict(set)
        self._octets = 0
        self._max_entries = max_entries
        self._max_octets = max_octets

    @override
    async def get(self, key: str) -> bytes | None:
        value: bytes | None = await self._cache.get(key)
        if value is not None:
            self._sizes.move_to_end(key)
        return value

    @override
    async def put(self, key: str, value: bytes, *, lifetime: float) -> None:
        await self._delete(key)
        size = len(key) + len(value)
        if size > self._max_octets:
            return
        while self._sizes and (len(self._sizes) >= self._max_entries or self._octets + size > self._max_octets):
            await self._delete(next(iter(self._sizes)))
        self._sizes[key] = size
        self._by_scope[scope_of(key)].add(key)
        self._octets += size
        await self._cache.set(key, value)

    @override
    async def forget(self, scope: str) -> None:
        for key in list(self._by_scope.get(scope, ())):
            await self._delete(key)

    @override
    async def aclose(self) -> None:
        self._sizes.clear()
        self._by_scope.clear()
        self._octets = 0
        await self._cache.clear()

    async def _delete(self, key: str) -> None:
        if key not in self._sizes:
            return
        self._octets -= self._sizes.pop(key)
        scope = scope_of(key)
        self._by_scope[scope].discard(key)
        if not self._by_scope[scope]:
            del self._by_scope[scope]
        await self._cache.delete(key)
