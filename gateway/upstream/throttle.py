"""After a 429 a project is left alone: the vendor counts refused calls too, so each one would lengthen the wait."""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from math import ceil

from gateway.errors import RateLimited
from gateway.observability.observer import Observer
from gateway.upstream.ending import Ending
from gateway.upstream.per_project import PerProject


class Cooldown:
    """The time for which the upstream wants no calls. All who wait for it share it.

    Args:
        most: Seconds; a longer hint of the upstream is not believed.
        clock: Seconds since the epoch.
        observer: Is told of a cool-down.
    """

    def __init__(self, *, most: float, clock: Callable[[], float], observer: Observer | None = None) -> None:
        self._observer = observer or Observer()
        self._most = most
        self._clock = clock
        self._began = 0.0
        self._seconds = 0.0

    @property
    def left(self) -> float:
        """Seconds that it still lasts; a clock that ran backwards ends it."""
        since = self._clock() - self._began
        return self._seconds - since if 0 <= since < self._seconds else 0.0

    def check(self) -> None:
        """Refuses while it lasts.

        Raises:
            RateLimited: With the seconds that are left.
        """
        if left := self.left:
            message = "The upstream's quota for this tenant is used up; the gateway asks again when it is back."
            raise RateLimited(message, retry_after=rounded_up(left))

    def begin(self, problem: RateLimited) -> None:
        """Begins it for a 429, or lengthens the one that lasts."""
        seconds = min(problem.retry_after, self._most)
        if seconds > self.left:
            self._began, self._seconds = self._clock(), seconds
            self._observer.refusing("cooldown", self._began + seconds)


class ProjectCooldown:
    """A project's cool-down, which all its callers share, and those of callers who may not speak for it.

    A token of another tenant meets that tenant's quota, whatever project it names. So a 429 speaks for the
    project only where the same scope has read it before; else for that scope, and without a scope for nobody.

    Args:
        most: As of `Cooldown`.
        clock: Seconds since the epoch.
        observer: Is told of cool-downs.
        scopes: How many scopes are remembered, of those that have read and of the others.
    """

    def __init__(
        self, *, most: float, clock: Callable[[], float], observer: Observer | None = None, scopes: int = 100
    ) -> None:
        self._all = Cooldown(most=most, clock=clock, observer=observer)
        self._own = PerProject(lambda: Cooldown(most=most, clock=clock, observer=observer), most=scopes)
        self._readers: OrderedDict[str, None] = OrderedDict()
        self._most_readers = scopes

    def check(self, scope: str | None) -> None:
        """Refuses while the project's cool-down or the scope's own lasts.

        Raises:
            RateLimited: With the seconds that are left.
        """
        self._all.check()
        if scope is not None:
            self._own.of(scope).check()

    def watch(self, scope: str | None) -> AbstractContextManager[None]:
        """Surrounds one call, and learns from how it ends."""
        if scope is None:
            return nullcontext()
        speaks_for = self._all if scope in self._readers else self._own.of(scope)
        return Ending(partial(self._ended, scope, speaks_for))

    def _ended(self, scope: str, speaks_for: Cooldown, problem: BaseException | None) -> None:
        if isinstance(problem, RateLimited):
            speaks_for.begin(problem)
        elif problem is None:
            self._readers[scope] = None
            self._readers.move_to_end(scope)
            if len(self._readers) > self._most_readers:
                self._readers.popitem(last=False)


def rounded_up(seconds: float) -> float:
    """Tenths of a second, never too few: whoever waits so long does not come too early."""
    return ceil(seconds * 10) / 10
