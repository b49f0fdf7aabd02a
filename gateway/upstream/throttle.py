"""After a 429 a project is left alone: the vendor counts refused calls too, so each one would lengthen the wait."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil

from gateway.errors import RateLimited
from gateway.observability.observer import Observer


class Cooldown:
    """The time for which the upstream wants no calls for one project. All who wait for it share it.

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

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Surrounds one call; a 429 begins the cool-down, or lengthens the one that lasts."""
        try:
            yield
        except RateLimited as problem:
            seconds = min(problem.retry_after, self._most)
            if seconds > self.left:
                self._began, self._seconds = self._clock(), seconds
                self._observer.refusing("cooldown", self._began + seconds)
            raise


def rounded_up(seconds: float) -> float:
    """Tenths of a second, never too few: whoever waits so long does not come too early."""
    return ceil(seconds * 10) / 10
