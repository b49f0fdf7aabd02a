"""Whole answers: given again as they are, for as long as all they were made from is fresh."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.cache.recent import Recent

RawHeaders = Sequence[tuple[bytes, bytes]]

_OVERHEAD = 1_000
"""Octets that an answer takes beside its body: its headers, its key and their objects."""

_MOST_FORGOTTEN = 10_000
"""Scopes whose forgetting is remembered one by one; with more, everybody's answers are made anew."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer without errors, all of it fresh.

    Args:
        body: Its octets.
        headers: Those of them that do not change with its age.
        etag: Names the body.
        read_at: When the oldest of what it was made from was read, in seconds since the epoch.
        scope: The digest of the callers that may see it.
        operation: The operation's name, if it has one.
        operation_type: Its type.
    """

    body: bytes
    headers: RawHeaders
    etag: str
    read_at: float
    scope: str
    operation: str | None
    operation_type: str | None


class Answers:
    """Keeps answers in memory; the least recently used go first.

    Args:
        max_octets: The most memory for them.
        lifetime: Seconds that an answer serves, from the moment its oldest part was read.
        clock: Seconds since the epoch.
    """

    def __init__(self, *, max_octets: int, lifetime: float, clock: Callable[[], float]) -> None:
        self._kept: Recent[tuple[Answer, int]] = Recent(most=max_octets // _OVERHEAD, room=max_octets)
        self._lifetime = lifetime
        self._clock = clock
        self._moment = 0
        self._forgotten: dict[str, int] = {}
        self._all_forgotten = 0

    def moment(self) -> int:
        """A number for now: what is forgotten after it spoils what was begun at it."""
        return self._moment

    def get(self, key: str) -> Answer | None:
        """The answer kept under a key, if it still serves."""
        found = self._kept.get(key)
        return found[0] if found is not None and self._serves(*found) else None

    def put(self, key: str, answer: Answer, *, begun: int) -> None:
        """Keeps an answer whose making was begun at a `moment`."""
        if self._serves(answer, begun):
            self._kept.put(key, (answer, begun), size=len(answer.body) + _OVERHEAD)

    def forget(self, scope: str) -> None:
        """Never again gives an answer of a scope that was begun before now."""
        self._moment += 1
        if len(self._forgotten) >= _MOST_FORGOTTEN:
            self._forgotten.clear()
            self._all_forgotten = self._moment
        self._forgotten[scope] = self._moment

    def _serves(self, answer: Answer, begun: int) -> bool:
        forgotten = self._forgotten.get(answer.scope, 0)
        return begun >= max(forgotten, self._all_forgotten) and self._clock() < answer.read_at + self._lifetime
