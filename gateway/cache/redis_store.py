"""The second level: sealed values in the Redis or Valkey that replicas share."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from math import ceil

from gateway.cache.sealing import OVERHEAD, Seal
from gateway.observability.observer import Observer
from gateway.redis.link import RedisLink, StoreFailed

MOST_WRITES = 200
"""Writes under way at once; a store slower than what it is given gets no more than this."""

LEASE = 2
"""Seconds for which replicas leave it at most to one of them to read a block again."""


class RedisStore:
    """Keeps values sealed. What it cannot give back is a miss, what it cannot keep is not kept; never an error.

    A scope is not forgotten here: the generations, which stand in every key, see to that.

    Args:
        link: The way there.
        seal: Closes and opens the values.
        prefix: Begins every key, so that others may use the same store.
        max_octets: The longest value, before it is sealed.
        observer: Is told of values that do not open or are too long.
    """

    def __init__(
        self, link: RedisLink, seal: Seal, *, prefix: str, max_octets: int, observer: Observer | None = None
    ) -> None:
        self._link = link
        self._seal = seal
        self._prefix = prefix
        self._max_octets = max_octets
        self._observer = observer or Observer()
        self._writes: set[asyncio.Task[None]] = set()

    async def get(self, key: str) -> bytes | None:
        """What was put under the key, if it is there and whole."""
        most = self._max_octets + OVERHEAD
        try:
            # A range, because somebody else may have put something endless there.
            sealed: bytes = await self._link.ask(lambda: self._link.cache.raw("getrange", self._name(key), 0, most))
        except StoreFailed:
            return None
        if not sealed:
            return None
        value = self._seal.open(key, sealed) if len(sealed) <= most else None
        if value is None:
            self._observer.store_failed("value")
        return value

    def put(self, key: str, value: bytes, *, lifetime: float) -> None:
        """Keeps a value for at most `lifetime` seconds. It is written in the background: no answer waits for it."""
        if self._link.degraded:
            return
        if len(value) > self._max_octets:
            self._observer.store_failed("too_large")
        elif len(self._writes) >= MOST_WRITES:
            self._observer.store_failed("dropped")
        else:
            self._in_background(self._write(key, value, lifetime))

    async def claim(self, key: str) -> bool:
        """Whether reading a key again is for this process to do: one at a time, as far as the store can tell."""
        try:
            claimed = await self._link.ask(
                lambda: self._link.cache.raw("set", self._lease(key), b"", nx=True, ex=LEASE)
            )
        except StoreFailed:
            return True
        return bool(claimed)

    async def release(self, key: str) -> None:
        """Leaves it to others again."""
        with suppress(StoreFailed):
            await self._link.ask(lambda: self._link.cache.raw("delete", self._lease(key)))

    async def aclose(self) -> None:
        """Waits for the writes under way, which the link bounds in time."""
        await asyncio.gather(*self._writes)

    async def _write(self, key: str, value: bytes, lifetime: float) -> None:
        sealed = self._seal.close(key, value)
        with suppress(StoreFailed):
            # Not aiocache's `set`: with a lifetime it calls what redis-py 8 has deprecated.
            await self._link.ask(lambda: self._link.cache.raw("set", self._name(key), sealed, ex=ceil(lifetime)))

    def _in_background(self, write: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(write)
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    def _lease(self, key: str) -> str:
        return f"{self._prefix}:lease:{key}"

    def _name(self, key: str) -> str:
        return f"{self._prefix}:block:{key}"
