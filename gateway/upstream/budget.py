"""How many calls a minute may be made for one project, and for whom.

A window that slides, not a bucket that fills: the vendor counts a minute's calls, and a bucket of the same
size lets up to twice as many through in the minute that begins with it full.
"""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from typing_extensions import override

from gateway.errors import RateLimited
from gateway.upstream.per_project import PerProject
from gateway.upstream.throttle import rounded_up

MINUTE = 60.0


class CallBudget(Protocol):
    """Pays for upstream calls. One process's own is `LocalBudget`; `SharedBudget` is one that replicas share."""

    async def take(self, project_id: str, scope: str, *, covered: bool) -> None:
        """Pays for one call.

        Args:
            project_id: Whose quota it is.
            scope: Who asks.
            covered: Whether a copy stands in for the answer.

        Raises:
            RateLimited: There is nothing left for this call; with the seconds until there is.
        """
        ...


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many calls may be made for one project.

    Args:
        most: Calls in any 60 seconds.
        most_of_scope: Of these, for one scope.
        most_before_covered: A call that a copy covers is made only where fewer than this were made.
    """

    most: int
    most_of_scope: int
    most_before_covered: int

    @classmethod
    def of(cls, calls_per_minute: int, *, scope_share: float, reserve: float) -> "Allowance":
        """An allowance by shares of it, 0 to 1.

        Args:
            calls_per_minute: Calls in any 60 seconds.
            scope_share: What one scope may use.
            reserve: What covered calls leave to callers who have nothing.
        """
        of_scope = max(1, int(calls_per_minute * scope_share))
        return cls(calls_per_minute, of_scope, int(calls_per_minute * (1 - reserve)))

    def shared_by(self, count: int) -> "Allowance":
        """The part of one of so many."""
        return Allowance(
            max(1, self.most // count), max(1, self.most_of_scope // count), self.most_before_covered // count
        )


class Minute:
    """The calls of the last 60 seconds for one project: pure, the time is passed in.

    Args:
        allowance: How many there may be.
    """

    def __init__(self, allowance: Allowance) -> None:
        self._most = allowance.most
        self._most_of_scope = allowance.most_of_scope
        self._most_before_covered = allowance.most_before_covered
        self._calls: deque[tuple[float, str]] = deque()
        self._by_scope: Counter[str] = Counter()

    def take(self, scope: str, now: float, *, covered: bool) -> float:
        """Counts a call and answers 0, or answers the seconds until it could be made."""
        self._forget(now)
        most = self._most_before_covered if covered else self._most
        wait = 0.0
        if len(self._calls) >= most:
            # Not a single call could be made before the last of those that are too many has aged.
            last = len(self._calls) - most
            wait = self._age_left(next(islice(self._calls, last, None))[0], now) if most else MINUTE
        if self._by_scope[scope] >= self._most_of_scope:
            first = next(at for at, caller in self._calls if caller == scope)
            wait = max(wait, self._age_left(first, now))
        if not wait:
            self._calls.append((now, scope))
            self._by_scope[scope] += 1
        elif not self._by_scope[scope]:
            del self._by_scope[scope]
        return wait

    def _forget(self, now: float) -> None:
        if self._calls and self._calls[-1][0] > now:  # the clock ran backwards
            self._calls.clear()
            self._by_scope.clear()
        while self._calls and self._age_left(self._calls[0][0], now) <= 0:
            _, scope = self._calls.popleft()
            self._by_scope[scope] -= 1
            if not self._by_scope[scope]:
                del self._by_scope[scope]

    @staticmethod
    def _age_left(at: float, now: float) -> float:
        return at + MINUTE - now


class LocalBudget(CallBudget):
    """The budget of one process.

    Args:
        allowance: For each project.
        clock: Seconds since the epoch.
    """

    def __init__(self, allowance: Allowance, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._minutes = PerProject(lambda: Minute(allowance))

    @override
    async def take(self, project_id: str, scope: str, *, covered: bool) -> None:
        check_wait(self._minutes.of(project_id).take(scope, self._clock(), covered=covered))


def check_wait(wait: float) -> None:
    """Lets a call pass that need not wait.

    Raises:
        RateLimited: It has to.
    """
    if wait:
        message = "The gateway's own budget of upstream calls is used up for now."
        raise RateLimited(message, retry_after=rounded_up(wait))
