"""How long an entry serves: pure arithmetic over its age (RFC 9111, section 4; RFC 5861)."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What an entry of some age is good for.

    It is served as it is (`FRESH`); or also read again in the background (`DUE`); or that, marked as stale
    (`REVALIDATE`); or served where the upstream is not available (`IF_ERROR`); or not at all (`GONE`).
    """

    FRESH = "fresh"
    DUE = "due"
    REVALIDATE = "stale"
    IF_ERROR = "stale-if-error"
    GONE = "miss"


@dataclass(frozen=True, slots=True)
class Freshness:
    """The three spans of an entry's life, in seconds, one after the other.

    Args:
        fresh: It is served as it is.
        revalidate: It is served, and read again in the background.
        if_error: It is served only where the upstream is not available.
        early: The last part of `fresh`, 0 to 1, in which it is read again although it is fresh, each entry
            from a moment of its own: what was read together is then not read again together.
    """

    fresh: float
    revalidate: float
    if_error: float
    early: float = 0.0

    def state(self, age: float, lot: float = 0.0) -> State:
        """What an entry is good for; a clock that ran backwards makes it no older than new.

        Args:
            age: In seconds.
            lot: 0 to 1, the entry's own: how much of `early` it makes use of.
        """
        if age < self.fresh * (1 - self.early * lot):
            return State.FRESH
        if age < self.fresh:
            return State.DUE
        if age < self.fresh + self.revalidate:
            return State.REVALIDATE
        return State.IF_ERROR if age < self.lifetime else State.GONE

    @property
    def lifetime(self) -> float:
        """Seconds after which an entry is good for nothing."""
        return self.fresh + self.revalidate + self.if_error
