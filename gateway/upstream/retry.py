"""Tries a read again where that is safe and may help, in a budget that a dead upstream cannot overdraw."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import stamina

from gateway.errors import GatewayError
from gateway.upstream.failures import is_transient

Result = TypeVar("Result")

FIRST_WAIT = 0.1
"""Seconds before the first retry, to which stamina adds its jitter; each further wait is twice as long."""

JITTER = 0.3
"""Seconds; up to so many are added to each wait, so that readers who failed together do not come back together."""

LONGEST_WAIT = 1.0
"""Seconds, jitter included."""

LEAST_TIME = 0.5
"""Seconds that have to be left for an attempt after its wait, or it is not begun."""


class RetryBudget:
    """How many retries are left: each read earns a part of one, each retry costs one.

    However many reads fail, retries are at most `share` of the reads and `most` more.

    Args:
        share: What a read earns; 0.2 for one retry in five reads.
        most: The most that can be saved up, and what there is at the start.
    """

    def __init__(self, *, share: float, most: float = 10) -> None:
        self._share = share
        self._most = most if share else 0.0
        self._left = self._most

    @property
    def left(self) -> float:
        """Retries that could be made now."""
        return self._left

    def earn(self) -> None:
        """Counts a read."""
        self._left = min(self._most, self._left + self._share)

    def spend(self) -> bool:
        """Takes a retry out, if there is a whole one."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Retries:
    """Runs the attempts of one read.

    Args:
        attempts: The most attempts, the first included.
        seconds: For all attempts and the waits between them.
    """

    def __init__(self, *, attempts: int, seconds: float) -> None:
        self._attempts = attempts
        self._seconds = seconds

    async def run(
        self, attempt: Callable[[float], Awaitable[Result]], budget: RetryBudget, *, once: bool = False
    ) -> Result:
        """The result of the first attempt that succeeds.

        Args:
            attempt: Makes one attempt; it is told when, by the loop's clock, it has to be over.
            budget: Pays for the retries.
            once: Whether there are to be none.

        Raises:
            GatewayError: What the last attempt raised.
        """
        time = asyncio.get_running_loop().time
        deadline = time() + self._seconds
        most = 1 if once else self._attempts
        made = 0

        def again(problem: Exception) -> bool:
            # The budget comes last: it is asked only for a retry that will be made.
            return (
                made < most
                and is_transient(problem)
                and time() + LONGEST_WAIT + LEAST_TIME <= deadline
                and budget.spend()
            )

        budget.earn()
        try:
            return await attempt(deadline)
        except GatewayError as problem:
            if most == 1 or not is_transient(problem):
                raise
            failed = problem
        # stamina is costly to begin with, and few reads fail: its first attempt is the one that was made already.
        # Its own limits are off: it counts time by a clock of its own, and asks them after `again`.
        async for turn in stamina.retry_context(
            on=again,
            attempts=None,
            timeout=None,
            wait_initial=FIRST_WAIT,
            wait_jitter=JITTER,
            wait_max=LONGEST_WAIT,
        ):
            with turn:
                if made == 0:
                    made = 1
                    raise failed
                made += 1
                return await attempt(deadline)
        raise AssertionError("stamina ends by a result or an exception")  # pragma: no cover
