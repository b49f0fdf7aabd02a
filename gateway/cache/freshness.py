"""How long an entry serves: pure arithmetic over its age (RFC 9111, section 4; RFC 5861)."""

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """What an entry of some age is good for."""

    FRESH = "fresh"
    REVALIDATE = "revalidate"
    IF_ERROR = "if-error"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Freshness:
    """The three spans of an entry's life, in seconds, one after the other.

    Args:
        fresh: It is served as it is.
        revalidate: It is served, and read again in the background.
        if_error: It is served only where the upstream is not available.
    """

    fresh: float
    revalidate: float
    if_error: float

    def state(self, age: float) -> State:
        """What an entry is good for at this age in seconds; a clock that ran backwards makes it no older than new."""
        if age < self.fresh:
            return State.FRESH
        if age < self.fresh + self.revalidate:
            return State.REVALIDATE
        return State.IF_ERROR if age < self.lifetime else State.GONE

    @property
    def lifetime(self) -> float:
        """Seconds after which an entry is good for nothing."""
        return self.fresh + self.revalidate + self.if_error
