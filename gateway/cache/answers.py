"""Whole answers: given again as they are, for as long as all they were made from is fresh."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.cache.generations import Generations
from gateway.cache.recent import Recent

RawHeaders = Sequence[tuple[bytes, bytes]]

_OVERHEAD = 1_000
"""Octets that an answer takes beside its body: its headers, its key and their objects."""

_MOST_MOVED = 10_000
"""Scopes whose lists are remembered to have moved; a forgotten one gets answers of the last seconds once more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer without errors, all of it fresh.

    Args:
        body: Its octets.
        headers: Those of them that do not change with its age.
        etag: Names the body.
        read_at: When the oldest of what it was made from was read, in seconds since the epoch.
        scope: The digest of the callers that may see it.
        project_id: The project that it is of.
        generation: That of scope and project when it was begun to be made.
        operation: The operation's name, if it has one.
        operation_type: Its type.
    """

    body: bytes
    headers: RawHeaders
    etag: str
    read_at: float
    scope: str
    project_id: str
    generation: str
    operation: str | None
    operation_type: str | None


class Answers:
    """Keeps answers in memory; the least recently used go first.

    Args:
        generations: Say what was purged, and what was forgotten because the upstream refused its caller.
        max_octets: The most memory for them.
        lifetime: Seconds that an answer serves, from the moment its oldest part was read.
        clock: Seconds since the epoch.
    """

    def __init__(
        self, generations: Generations, *, max_octets: int, lifetime: float, clock: Callable[[], float]
    ) -> None:
        self._kept: Recent[Answer] = Recent(most=max_octets // _OVERHEAD, room=max_octets)
        self._generations = generations
        self._lifetime = lifetime
        self._clock = clock
        self._moved: Recent[float] = Recent(most=_MOST_MOVED, room=_MOST_MOVED)

    def get(self, key: str) -> Answer | None:
        """The answer kept under a key, if it still serves."""
        answer = self._kept.get(key)
        return answer if answer is not None and self._serves(answer) else None

    def put(self, key: str, answer: Answer) -> None:
        """Keeps an answer."""
        if self._serves(answer):
            self._kept.put(key, answer, size=len(answer.body) + _OVERHEAD)

    def list_moved(self, scope: str) -> None:
        """A list of this scope was just seen to have changed: who begins anew must not get what was read before."""
        self._moved.put(scope, self._clock(), size=1)

    def _serves(self, answer: Answer) -> bool:
        moved = self._moved.get(answer.scope)
        return (
            self._clock() < answer.read_at + self._lifetime
            and (moved is None or moved < answer.read_at)
            and self._generations.current(answer.scope, answer.project_id) == answer.generation
        )
