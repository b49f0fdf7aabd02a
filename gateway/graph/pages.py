"""The pages that one request reads: each of them once, and only so many at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from gateway.errors import GatewayError

Result = TypeVar("Result")


class Pages:
    """Remembers for one request what it has read, and what has failed.

    A router may name one entity twice, and an operation may ask for one page under two aliases. Neither
    may cost more than one question, even for callers whose pages nobody else may share.

    Args:
        at_once: How many pages are read at the same time.
    """

    def __init__(self, at_once: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._reads: dict[Hashable, _Read] = {}

    async def read(self, key: Hashable, read: Callable[[], Awaitable[Result]]) -> Result:
        """The page of a key: the one read before, or else what `read` answers.

        Raises:
            GatewayError: It cannot be read, now or when it was asked for before.
        """
        once = self._reads.setdefault(key, _Read())
        # A lock and no shared task: a reader that is cancelled leaves the work to the next one in line.
        async with once.lock:
            if not once.done:
                async with self._slots:
                    try:
                        once.page = await read()
                    except GatewayError as problem:
                        once.problem = problem
                once.done = True
        if once.problem is not None:
            raise once.problem
        page: Result = once.page
        return page


class _Read:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.done = False
        self.page: Any = None
        self.problem: GatewayError | None = None
