"""Blocks of the upstream's lists, remembered under the scope that may see them."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import Any, Generic, TypeVar

from gateway.cache.freshness import Freshness, State
from gateway.cache.key import scope_of
from gateway.cache.single_flight import SingleFlight
from gateway.cache.tiers import Entry, Tiers
from gateway.credentials.refusals import KnownRefusal
from gateway.errors import Forbidden, GatewayError, Unauthenticated, Unavailable
from gateway.observability.observer import Observer

_logger = logging.getLogger(__name__)

Value = TypeVar("Value")

_WORTH_A_LOOK = {State.GONE, State.IF_ERROR, State.REVALIDATE}
"""States in which somebody waits, or gets what is old: another replica may have read the block meanwhile."""


@dataclass(frozen=True, slots=True)
class Block(Generic[Value]):
    """A value and where it comes from.

    Args:
        value: What the upstream said.
        read_at: When, in seconds since the epoch.
        state: What it was good for when it was asked for; `GONE` where it was read for that.
    """

    value: Value
    read_at: float
    state: State

    @property
    def remembered(self) -> bool:
        """Whether it was read before it was asked for now."""
        return self.state is not State.GONE


class Blocks(Generic[Value]):
    """Reads through the store: fresh from it, stale from it while it is read again, else from the upstream.

    Args:
        tiers: Keep the blocks.
        flights: Joins concurrent reads of one key; whoever shares the memory shares it.
        freshness: How long a block serves, and as what.
        clock: Seconds since the epoch.
        patience: Seconds to wait for the upstream where a stale copy could stand in for it.
        lot: Each key's lot from 0 to 1 (see `Freshness.state`); by default this process draws its own, so
            that processes with one store do not read one block again at the same moment.
        observer: Is told what came from memory.
    """

    def __init__(
        self,
        tiers: Tiers[Value],
        flights: SingleFlight,
        freshness: Freshness,
        clock: Callable[[], float],
        *,
        patience: float = inf,
        lot: Callable[[str], float] | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._observer = observer or Observer()
        self._tiers = tiers
        self._flights = flights
        self._freshness = freshness
        self._clock = clock
        self._patience = patience
        self._lot = lot or _lots(secrets.token_bytes(16))
        self._looks = SingleFlight()  # apart: they find copies, so who wants to know the upstream must not join one
        self._refreshes: set[asyncio.Task[Entry[Value]]] = set()

    async def read(
        self,
        key: str,
        fetch: Callable[[], Awaitable[Value]],
        *,
        max_age: float = inf,
        fetch_covered: Callable[[], Awaitable[Value]] | None = None,
    ) -> Block[Value]:
        """The block of a key.

        Args:
            key: From `cache_key`.
            fetch: Asks the upstream.
            max_age: Seconds. With 0 the upstream is asked, whatever is remembered; with more, a copy of this age is
                read again, and serves only if the upstream is not available.
            fetch_covered: Asks it where a copy stands in if there is no answer; by default as `fetch`.

        Raises:
            GatewayError: What `fetch` raises, where nothing remembered may stand in for it.
        """
        entry = await self._tiers.recall(key) if max_age else None
        state = self._state(key, entry, max_age)
        if max_age and state in _WORTH_A_LOOK and self._tiers.are_shared and not self._is_being_read(key):
            entry = await self._look_up(key, entry)
            state = self._state(key, entry, max_age)
        if entry is None or state is State.GONE:
            self._observer.cache_read("block", "miss")
            entry = await self._ask(key, fetch)
            return Block(entry.value, entry.read_at, State.GONE)
        if state is State.IF_ERROR:
            return await self._read_or_keep(key, entry, fetch_covered or fetch)
        if state is not State.FRESH:
            self._refresh(key, entry, fetch_covered or fetch)
        self._observer.cache_read("block", "stale" if state is State.REVALIDATE else "fresh")
        return Block(entry.value, entry.read_at, state)

    async def aclose(self) -> None:
        """Ends the reads in the background."""
        for task in self._refreshes:
            task.cancel()
        await asyncio.gather(*self._refreshes, return_exceptions=True)

    def _state(self, key: str, entry: Entry[Value] | None, max_age: float = inf) -> State:
        if entry is None:
            return State.GONE
        age = self._clock() - entry.read_at
        state = self._freshness.state(age, self._lot(key))
        return State.IF_ERROR if age >= max_age and state is not State.GONE else state

    async def _look_up(self, key: str, known: Entry[Value] | None) -> Entry[Value] | None:
        """What another replica may have read meanwhile: one question for all who ask now."""

        async def look() -> "Entry[Value] | None":
            found = await self._tiers.look_up(key, known)
            self._observer.cache_read("redis", "miss" if found is known else self._state(key, found).value)
            return found

        return await self._looks.run(key, look)

    def _is_being_read(self, key: str) -> bool:
        return self._flights.under_way(key) or self._flights.under_way(_refresh_of(key))

    async def _ask(self, key: str, fetch: Callable[[], Awaitable[Value]]) -> Entry[Value]:
        """One call for all who ask now. A refresh under way serves them too, but they do not fail by its limits."""
        refresh = _refresh_of(key)
        if self._flights.under_way(refresh):
            with suppress(Unavailable):
                return await self._fly(refresh, key, fetch)
        return await self._fly(key, key, fetch)

    async def _fly(self, flight: str, key: str, fetch: Callable[[], Awaitable[Value]]) -> Entry[Value]:
        return await self._flights.run(flight, lambda: self._fetch(flight, key, fetch))

    async def _fetch(self, flight: str, key: str, fetch: Callable[[], Awaitable[Value]]) -> Entry[Value]:
        try:
            entry = Entry(self._clock(), await fetch())
        except (Unauthenticated, Forbidden) as refusal:
            self._flights.part(scope_of(key))
            if not isinstance(refusal, KnownRefusal):  # the refusal that it is known from has done this
                await self._tiers.forget(scope_of(key))
            raise
        if self._flights.is_joined(flight):  # else its scope was forgotten while it was under way
            await self._tiers.keep(key, entry)
        return entry

    async def _read_or_keep(self, key: str, entry: Entry[Value], fetch: Callable[[], Awaitable[Value]]) -> Block[Value]:
        """The block as it is now, if the upstream answers in time; else the copy, while the call goes on."""
        call = self._in_background(self._ask(key, fetch))
        try:
            async with asyncio.timeout(None if self._patience == inf else self._patience):
                entry = await asyncio.shield(call)
        except (TimeoutError, Unavailable):
            self._observer.cache_read("block", "stale-if-error")
            return Block(entry.value, entry.read_at, State.IF_ERROR)
        self._observer.cache_read("block", "miss")
        return Block(entry.value, entry.read_at, State.GONE)

    def _refresh(self, key: str, entry: Entry[Value], fetch: Callable[[], Awaitable[Value]]) -> None:
        if not self._is_being_read(key) and not self._looks.under_way(key):
            self._in_background(self._read_again(key, entry, fetch))

    async def _read_again(self, key: str, entry: Entry[Value], fetch: Callable[[], Awaitable[Value]]) -> Entry[Value]:
        if self._state(key, entry) is State.DUE and self._tiers.are_shared:  # a stale one was looked for already
            found = await self._look_up(key, entry)
            if found is not None and self._state(key, found) is State.FRESH:
                return found
        if not await self._tiers.claim(key):
            return entry
        try:
            return await self._observed_refresh(key, fetch)
        finally:
            await self._tiers.release(key)

    async def _observed_refresh(self, key: str, fetch: Callable[[], Awaitable[Value]]) -> Entry[Value]:
        with self._observer.background_refresh():
            outcome = "cancelled"
            try:
                entry = await self._fly(_refresh_of(key), key, fetch)
                outcome = "ok"
            except GatewayError as problem:
                outcome = problem.code
                raise
            finally:
                self._observer.background_refresh_ended(outcome)
        return entry

    def _in_background(self, call: Coroutine[Any, Any, Entry[Value]]) -> asyncio.Task[Entry[Value]]:
        task = asyncio.create_task(call)
        self._refreshes.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Entry[Value]]) -> None:
        self._refreshes.discard(task)
        problem = None if task.cancelled() else task.exception()
        # A known failure needs no word: nobody may wait for it, and whoever asks when the copy is too old gets it.
        if problem is not None and not isinstance(problem, GatewayError):
            _logger.error("background refresh failed", exc_info=problem)


def _refresh_of(key: str) -> str:
    """The flight of a key's refresh, in the same scope: it is no call for those who wait, so it has its own name."""
    return f"{key}.refresh"


def _lots(seed: bytes) -> Callable[[str], float]:
    def lot(key: str) -> float:
        return int.from_bytes(hashlib.blake2b(key.encode(), key=seed, digest_size=4).digest()) / (1 << 32)

    return lot
