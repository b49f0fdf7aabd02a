"""How many upstream calls may be under way at once."""

import asyncio
from contextlib import AbstractAsyncContextManager

from typing_extensions import override

from gateway.observability.observer import Observer, Stock
from gateway.upstream.failures import NotAsked


class Crowded(NotAsked):
    """So many calls wait for the upstream that this one had no place in time."""


class Bulkhead:
    """Places for calls; who finds none waits a moment for one, in the order of arrival.

    Args:
        most: The places.
        patience: Seconds that a call waits at most.
        observer: Is told of calls under way and waiting.
    """

    def __init__(self, *, most: int, patience: float, observer: Observer | None = None) -> None:
        self._observer = observer or Observer()
        self._places = asyncio.Semaphore(most)
        self._most = most
        self._patience = patience
        self.taken = 0
        self.waiting = 0

    def place(self, deadline: float) -> AbstractAsyncContextManager[None]:
        """Holds a place while the block runs.

        Args:
            deadline: When to give up, by the loop's clock, where that is before patience ends.

        Raises:
            Crowded: There is none in time.
        """
        return _Place(self, deadline)

    async def take(self, deadline: float) -> None:
        """Takes a place, which `release` gives back.

        Raises:
            Crowded: There is none in time.
        """
        await self._acquire(deadline)
        self.taken += 1
        self._observer.changed(Stock.UPSTREAM_CALLS, 1)

    def release(self) -> None:
        """Gives a place back."""
        self.taken -= 1
        self._observer.changed(Stock.UPSTREAM_CALLS, -1)
        self._places.release()

    async def _acquire(self, deadline: float) -> None:
        if self.taken < self._most and not self.waiting:
            await self._places.acquire()  # at once: what the semaphore itself says takes as long as its queue is
            return
        self.waiting += 1
        self._observer.changed(Stock.UPSTREAM_CALLS_WAITING, 1)
        try:
            async with asyncio.timeout_at(min(deadline, asyncio.get_running_loop().time() + self._patience)):
                await self._places.acquire()
        except TimeoutError:
            raise Crowded("Too many calls wait for the upstream, which is slow.") from None
        finally:
            self.waiting -= 1
            self._observer.changed(Stock.UPSTREAM_CALLS_WAITING, -1)


class _Place(AbstractAsyncContextManager[None]):
    """A class, because a generator for each call costs three times as much."""

    def __init__(self, bulkhead: Bulkhead, deadline: float) -> None:
        self._bulkhead = bulkhead
        self._deadline = deadline

    @override
    async def __aenter__(self) -> None:
        await self._bulkhead.take(self._deadline)

    @override
    async def __aexit__(self, *_: object) -> None:
        self._bulkhead.release()
