"""Whole answers: given again as they are, for as long as all they were made from is fresh."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gateway.cache.generations import Generations
from gateway.cache.recent import Recent

_OVERHEAD = 1_000
"""Octets that an answer takes beside its body: its headers, its key and their objects."""

_MOST_MOVED = 10_000
"""Scopes whose lists are remembered to have moved; a forgotten one gets answers of the last seconds once more."""


_PASS_SECONDS = 0.25
"""How often, of those who ask for an answer whose blocks may be due to be read again, one reaches the blocks."""


class Origin(Protocol):
    """What an answer was made from; see `Answer`."""

    @property
    def scope(self) -> str | None:
        """None where it is nobody's."""
        ...

    @property
    def project_id(self) -> str:
        """The project that it is of."""
        ...

    @property
    def generation(self) -> str:
        """That of scope and project when it was begun to be made."""
        ...

    @property
    def read_at(self) -> float | None:
        """When its oldest part was read."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer without errors, all of it fresh.

    Args:
        body: Its octets.
        lines: Its header lines, but for those that change with its age and that of its length.
        etag: Names the body.
        read_at: When the oldest of what it was made from was read, in seconds since the epoch.
        scope: The digest of the callers that may see it.
        project_id: The project that it is of.
        generation: That of scope and project when it was begun to be made.
        operation: The operation's name, if it has one.
        operation_type: Its type.
    """

    body: bytes
    lines: bytes
    etag: str
    read_at: float
    scope: str
    project_id: str
    generation: str
    operation: str | None
    operation_type: str | None


@dataclass(slots=True)
class _Kept:
    answer: Answer
    next_pass: float = 0.0


class Answers:
    """Keeps answers in memory; the least recently used go first.

    Args:
        generations: Say what was purged, and what was forgotten because the upstream refused its caller.
        max_octets: The most memory for them.
        lifetime: Seconds that an answer serves, from the moment its oldest part was read.
        early: The last part of them, 0 to 1, in which its blocks may be read again although they are fresh.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        generations: Generations,
        *,
        max_octets: int,
        lifetime: float,
        early: float = 0.0,
        clock: Callable[[], float],
    ) -> None:
        self._kept: Recent[_Kept] = Recent(most=max_octets // _OVERHEAD, room=max_octets)
        self._generations = generations
        self._lifetime = lifetime
        self._due = lifetime * (1 - early)
        self._clock = clock
        self._moved: Recent[float] = Recent(most=_MOST_MOVED, room=_MOST_MOVED)

    def get(self, key: str) -> Answer | None:
        """The answer kept under a key, if it still serves.

        Towards its end one in `_PASS_SECONDS` gets none, reaches the blocks, and has those read again that are due,
        while all others go on being served.
        """
        kept = self._kept.get(key)
        if kept is None or not self._is_fresh(kept.answer) or not self.may_give(kept.answer):
            return None
        now = self._clock()
        if now >= kept.answer.read_at + self._due and now >= kept.next_pass:
            kept.next_pass = now + _PASS_SECONDS
            return None
        return kept.answer

    def put(self, key: str, answer: Answer) -> None:
        """Keeps an answer."""
        if not self._is_fresh(answer) or not self.may_give(answer):
            return
        before = self._kept.get(key)
        kept = _Kept(answer, before.next_pass if before is not None else 0.0)
        self._kept.put(key, kept, size=len(answer.body) + _OVERHEAD)

    def list_moved(self, scope: str) -> None:
        """A list of this scope was just seen to have changed: who begins anew must not get what was read before."""
        self._moved.put(scope, self._clock(), size=1)

    def may_give(self, answer: Origin) -> bool:
        """Whether nothing was purged or seen to move since an answer was begun, however fresh it is."""
        scope, read_at = answer.scope, answer.read_at
        if scope is None or self._generations.current(scope, answer.project_id) != answer.generation:
            return False
        moved = self._moved.get(scope)
        return moved is None or (read_at is not None and moved < read_at)

    def _is_fresh(self, answer: Answer) -> bool:
        return self._clock() < answer.read_at + self._lifetime
