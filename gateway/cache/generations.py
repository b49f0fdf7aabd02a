"""Purging without deleting: every key holds the generations of what it belongs to, and a purge begins a new one."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

MOST_PURGES = 10_000
"""More of them in an entry's lifetime are one purge of everything."""

MARGIN = 60.0
"""Seconds that a purge is remembered beyond the lifetime of entries: replicas' clocks differ, and follow late."""

EVERYTHING = "all"
_DIGITS = 12  # of a digest; logs show a scope by as many


def of_scope(scope: str) -> str:
    """What a purge calls a scope, by its digest or by the 12 digits of it that logs show."""
    return f"s{scope[:_DIGITS]}"


def of_project(secret: bytes, project_id: str) -> str:
    """What a purge calls a project: a digest, since others may read the store."""
    return (
        f"p{hashlib.blake2b(project_id.encode(), key=secret, digest_size=_DIGITS // 2, person=b'project').hexdigest()}"
    )


@dataclass(frozen=True, slots=True)
class _Generation:
    """Which generation of something it is.

    Args:
        began: When the last purge that replicas know of was, in microseconds since the epoch; 0 for never.
        alone: Purges since then that only this process knows of.
        at: When the last of them all was, in seconds since the epoch.
    """

    began: int = 0
    alone: int = 0
    at: float = 0.0


class Generations:
    """The generations that this process knows of.

    Args:
        secret: Keys the digests of projects.
        lifetime: Seconds that an entry of the cache may live. A purge is remembered longer than what it purged.
        clock: Seconds since the epoch.
    """

    def __init__(self, *, secret: bytes, lifetime: float, clock: Callable[[], float]) -> None:
        self._secret = secret
        self._kept_for = lifetime + MARGIN
        self._clock = clock
        self._known: OrderedDict[str, _Generation] = OrderedDict()

    def current(self, scope: str, project_id: str) -> str:
        """What a key of this scope and project holds now; empty where nothing was purged lately."""
        if not self._known:
            return ""
        names = (EVERYTHING, of_project(self._secret, project_id), of_scope(scope))
        found = [(name, self._known[name]) for name in names if name in self._known]
        return " ".join(f"{name}={generation.began}+{generation.alone}" for name, generation in found)

    @property
    def in_step(self) -> bool:
        """Whether the purges of other replicas are known, but for those of the last seconds."""
        return True

    @property
    def replicas(self) -> int:
        """How many processes there are, as far as this one knows."""
        return 1

    async def begin(self) -> None:
        """Begins to follow the purges of other replicas."""

    async def aclose(self) -> None:
        """Ends that."""

    async def purge(self, *names: str) -> bool:
        """Begins new generations: `EVERYTHING`, or what `of_project` and `of_scope` call them.

        Returns:
            Whether all replicas will know within seconds.
        """
        self._begin_alone(names)
        return True

    def _begin_alone(self, names: Iterable[str]) -> None:
        for name in names:
            known = self._known.get(name, _Generation())
            self._note(name, _Generation(known.began, known.alone + 1, self._clock()))

    def _learn(self, name: str, began: int, *, published: int = 0) -> None:
        """Notes a purge that replicas know of; so many that this process began alone are part of it."""
        known = self._known.get(name, _Generation())
        if began == known.began and not published:
            return
        if name == EVERYTHING:  # and so of all that was purged before it
            for older in [each for each, one in self._known.items() if one.began <= began and not one.alone]:
                del self._known[older]
        self._note(name, _Generation(began, max(0, known.alone - published), began / 1e6))

    def _forget_old(self) -> None:
        """What was purged that long ago cannot be met again, whatever its key."""
        while self._known and self._clock() - next(iter(self._known.values())).at > self._kept_for:
            self._known.popitem(last=False)

    def _note(self, name: str, generation: _Generation) -> None:
        self._forget_old()
        self._known[name] = generation
        self._known.move_to_end(name)
        if len(self._known) > MOST_PURGES:
            everything = self._known.get(EVERYTHING, _Generation())
            self._known.clear()
            self._known[EVERYTHING] = everything
            self._begin_alone((EVERYTHING,))
