"""How many requests are worked on at once."""

import asyncio
from contextlib import AbstractAsyncContextManager
from math import ceil

from typing_extensions import override

from gateway.errors import RateLimited
from gateway.observability.observer import Observer, Stock


class Gate(AbstractAsyncContextManager[None]):
    """Lets a number of requests in, keeps some more waiting for a moment, and turns the others away.

    Args:
        most: How many are inside at once.
        waiting: How many may wait.
        patience: Seconds that one may wait.
        observer: Is told how many are inside and how many wait.
    """

    def __init__(self, *, most: int, waiting: int, patience: float, observer: Observer | None = None) -> None:
        self._observer = observer or Observer()
        self._places = asyncio.Semaphore(most)
        self._most = most
        self._inside = 0
        self._most_waiting = waiting
        self._patience = patience
        self._waiting = 0

    def check(self) -> None:
        """Turns a request away before it is read, if there is no place even to wait.

        Raises:
            Overloaded: There is none.
        """
        if self._waiting >= self._most_waiting and self._is_full():
            raise self._refusal()

    @override
    async def __aenter__(self) -> None:
        """Takes a place, which is held while the block runs; places go by the order of arrival.

        Raises:
            RateLimited: There is none in time.
        """
        if self._is_full() or self._waiting:
            await self._wait()
        else:
            await self._places.acquire()  # at once
        self._inside += 1
        self._observer.changed(Stock.REQUESTS, 1)
        try:
            # An answer from memory is made without a pause. Without this one, requests that come together would
            # pass one by one and never meet: the queue would be the event loop's, which has no bound.
            await asyncio.sleep(0)
        except BaseException:
            self._leave()
            raise

    @override
    async def __aexit__(self, *_: object) -> None:
        """Gives the place back."""
        self._leave()

    def _leave(self) -> None:
        self._inside -= 1
        self._observer.changed(Stock.REQUESTS, -1)
        self._places.release()

    def _is_full(self) -> bool:
        return self._inside >= self._most

    async def _wait(self) -> None:
        self.check()
        self._waiting += 1
        self._observer.changed(Stock.REQUESTS_WAITING, 1)
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError:
            raise self._refusal() from None
        finally:
            self._waiting -= 1
            self._observer.changed(Stock.REQUESTS_WAITING, -1)

    def _refusal(self) -> RateLimited:
        return RateLimited("The gateway is at work on too many requests; try again.", retry_after=ceil(self._patience))
