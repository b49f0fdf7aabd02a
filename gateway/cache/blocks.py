"""Blocks of the upstream's lists, remembered under the scope that may see them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from gateway.cache.freshness import Freshness, State
from gateway.cache.key import scope_of
from gateway.cache.single_flight import SingleFlight
from gateway.cache.store import Store
from gateway.errors import Forbidden, GatewayError, Unauthenticated, Unavailable

_logger = logging.getLogger(__name__)

Value = TypeVar("Value")


class _Entry(msgspec.Struct, Generic[Value], frozen=True):
    read_at: float
    value: Value


@dataclass(frozen=True, slots=True)
class Block(Generic[Value]):
    """A value and where it comes from.

    Args:
        value: What the upstream said.
        read_at: When, in seconds since the epoch.
        remembered: Whether it was read before it was asked for now.
        stale: Whether it is older than fresh.
    """

    value: Value
    read_at: float
    remembered: bool
    stale: bool


class Blocks(Generic[Value]):
    """Reads through the store: fresh from it, stale from it while it is read again, else from the upstream.

    Args:
        store: Keeps the encoded blocks.
        flights: Joins concurrent reads of one key.
        freshness: How long a block serves, and as what.
        clock: Seconds since the epoch.
        value_type: The type that the values are decoded to.
    """

    def __init__(
        self,
        store: Store,
        flights: SingleFlight,
        freshness: Freshness,
        clock: Callable[[], float],
        value_type: Any,
    ) -> None:
        self._store = store
        self._flights = flights
        self._freshness = freshness
        self._clock = clock
        self._decoder = msgspec.json.Decoder(_Entry[value_type])
        self._refreshes: set[asyncio.Task[None]] = set()

    async def read(self, key: str, fetch: Callable[[], Awaitable[Value]], *, now: bool = False) -> Block[Value]:
        """The block of a key.

        Args:
            key: From `cache_key`.
            fetch: Asks the upstream.
            now: Ask it whatever is remembered.

        Raises:
            GatewayError: What `fetch` raises, where nothing remembered may stand in for it.
        """
        entry = None if now else await self._stored(key)
        state = State.GONE if entry is None else self._freshness.state(self._clock() - entry.read_at)
        if entry is not None and state in {State.FRESH, State.REVALIDATE}:
            if state is State.REVALIDATE:
                self._refresh(key, fetch)
            return Block(entry.value, entry.read_at, remembered=True, stale=state is State.REVALIDATE)
        try:
            entry = await self._flights.run(key, lambda: self._fetch(key, fetch))
        except Unavailable:
            if entry is None or state is State.GONE:
                raise
            return Block(entry.value, entry.read_at, remembered=True, stale=True)
        return Block(entry.value, entry.read_at, remembered=False, stale=False)

    async def aclose(self) -> None:
        """Ends the reads in the background."""
        for task in self._refreshes:
            task.cancel()
        await asyncio.gather(*self._refreshes, return_exceptions=True)

    async def _stored(self, key: str) -> _Entry[Value] | None:
        octets = await self._store.get(key)
        if octets is None:
            return None
        try:
            return self._decoder.decode(octets)
        except msgspec.MsgspecError:
            return None

    async def _fetch(self, key: str, fetch: Callable[[], Awaitable[Value]]) -> _Entry[Value]:
        try:
            entry = _Entry(self._clock(), await fetch())
        except (Unauthenticated, Forbidden):
            await self._store.forget(scope_of(key))
            raise
        await self._store.put(key, msgspec.json.encode(entry), lifetime=self._freshness.lifetime)
        return entry

    def _refresh(self, key: str, fetch: Callable[[], Awaitable[Value]]) -> None:
        async def refresh() -> None:
            try:
                await self._flights.run(key, lambda: self._fetch(key, fetch))
            except GatewayError:
                return  # nobody waits for it; whoever asks when the block is too old gets the error
            except Exception:
                _logger.exception("background refresh failed")

        if not self._flights.under_way(key):
            task = asyncio.create_task(refresh())
            self._refreshes.add(task)
            task.add_done_callback(self._refreshes.discard)
