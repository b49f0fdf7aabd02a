"""Credentials that the upstream has refused a moment ago, by their digests."""

from collections import OrderedDict
from collections.abc import Callable

from gateway.errors import Unauthenticated

REMEMBERED_SECONDS = 10.0
MAX_REMEMBERED = 10_000


class KnownRefusal(Unauthenticated):
    """The gateway itself refused a credential, for what is known of it: the upstream was not asked."""


class Refusals:
    """Remembers refusals for 10 seconds, so that a client that polls with a dead token costs no quota.

    Args:
        clock: Seconds since the epoch.
        most: How many are remembered; the oldest goes first.
    """

    def __init__(self, clock: Callable[[], float], *, most: int = MAX_REMEMBERED) -> None:
        self._clock = clock
        self._most = most
        self._until: OrderedDict[str, float] = OrderedDict()

    def add(self, scope: str) -> None:
        """Remembers a credential by the digest that names its scope."""
        self._until[scope] = self._clock() + REMEMBERED_SECONDS
        self._until.move_to_end(scope)
        if len(self._until) > self._most:
            self._until.popitem(last=False)

    def seconds_left(self, scope: str) -> float:
        """How long the credential is still held to be refused; 0 where nothing is remembered of it."""
        left = self._until.get(scope, 0.0) - self._clock()
        if 0 < left <= REMEMBERED_SECONDS:
            return left
        self._until.pop(scope, None)  # also after the clock ran backwards: nobody is locked out for longer
        return 0.0
