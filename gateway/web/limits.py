"""How many requests are worked on at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil

from gateway.errors import RateLimited


class Gate:
    """Lets a number of requests in, keeps some more waiting for a moment, and turns the others away.

    Args:
        most: How many are inside at once.
        waiting: How many may wait.
        patience: Seconds that one may wait.
    """

    def __init__(self, *, most: int, waiting: int, patience: float) -> None:
        self._places = asyncio.Semaphore(most)
        self._most_waiting = waiting
        self._patience = patience
        self._waiting = 0

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[None]:
        """Holds a place while the block runs; places go by the order of arrival.

        Raises:
            RateLimited: There is none in time.
        """
        if self._places.locked():
            await self._wait()
        else:
            await self._places.acquire()
        try:
            yield
        finally:
            self._places.release()

    async def _wait(self) -> None:
        if self._waiting >= self._most_waiting:
            raise self._refusal()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError:
            raise self._refusal() from None
        finally:
            self._waiting -= 1

    def _refusal(self) -> RateLimited:
        return RateLimited("The gateway is at work on too many requests; try again.", retry_after=ceil(self._patience))
