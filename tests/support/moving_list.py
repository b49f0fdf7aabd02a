"""A list that changes while it is read, and the truth about every state it has been in."""

import asyncio
import random
from collections.abc import Callable, Sequence

import msgspec

from gateway.paging.window import MAX_LIMIT, Span


class SeenRow(msgspec.Struct, frozen=True):
    """A row as one call showed it: `serial` is the truth, `name` what the upstream lets be known of it."""

    serial: int
    version: int
    name: str
    identified: bool = True

    @property
    def identity(self) -> bytes:
        """What the gateway tells it apart by."""
        return self.name.encode()


class Seen(msgspec.Struct, frozen=True):
    """What one call showed: the state of the list at one instant."""

    version: int
    total: int | None
    rows: list[SeenRow]


class MovingList:
    """An upstream's list. `before_call` may change it just before any call is answered.

    Args:
        size: How many rows it begins with.
        max_offset: The highest offset it takes.
        name: Gives a new row its name, and says whether that is an id of its own.
    """

    def __init__(
        self, size: int = 0, *, max_offset: int = 20_000, name: Callable[[int], tuple[str, bool]] | None = None
    ) -> None:
        self.max_offset = max_offset
        self.states: list[tuple[int, ...]] = [()]
        self.calls: list[Span] = []
        self.open_calls = 0
        self.most_open_calls = 0
        self.before_call: Callable[[], object] = lambda: None
        self._name = name or (lambda serial: (f"task-{serial}", True))
        self._names: list[tuple[str, bool]] = []
        self.insert(0, size)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows' serial numbers, as the list stands now."""
        return self.states[-1]

    def insert(self, at: int, count: int = 1) -> None:
        """Puts new rows at a position."""
        serials = range(len(self._names), len(self._names) + count)
        self._names += map(self._name, serials)
        self.states.append((*self.rows[:at], *serials, *self.rows[at:]))

    def remove(self, at: int, count: int = 1) -> None:
        """Takes rows out."""
        self.states.append((*self.rows[:at], *self.rows[at + count :]))

    def move(self, at: int, to: int) -> None:
        """Takes a row to another place: a reordered list."""
        rest = (*self.rows[:at], *self.rows[at + 1 :])
        self.states.append((*rest[:to], self.rows[at], *rest[to:]))

    async def read(self, span: Span, *, turns: int = 1) -> Seen:
        """Answers one call after some turns of the event loop, as the list stands then."""
        assert 0 <= span.offset <= self.max_offset, span
        assert 1 <= span.limit <= MAX_LIMIT, span
        self.calls.append(span)
        self.open_calls += 1
        self.most_open_calls = max(self.most_open_calls, self.open_calls)
        try:
            for _ in range(turns):
                await asyncio.sleep(0)
            self.before_call()
            version = len(self.states) - 1
            rows = [SeenRow(serial, version, *self._names[serial]) for serial in self.rows[span.offset :][: span.limit]]
            return Seen(version, len(self.rows), rows)
        finally:
            self.open_calls -= 1

    def broken_promises(self, handed_out: Sequence[SeenRow], versions: set[int], *, complete: bool) -> list[str]:
        """Where a walk lost or repeated rows.

        Args:
            handed_out: Its rows in order.
            versions: The states that its pages were served from.
            complete: Whether it reached the list's end; else only the rows up to its last one are owed.
        """
        serials = [row.serial for row in handed_out]
        problems = [f"repeated {serial}" for serial in sorted(set(serials)) if serials.count(serial) > 1]
        if not versions:
            return problems
        standing = set.intersection(*(set(self.states[version]) for version in versions))
        owed: Sequence[int] = self.states[max(versions)]
        if not complete:
            state = self.states[handed_out[-1].version] if handed_out else ()
            owed = state[: state.index(serials[-1])] if handed_out else ()
        seen = set(serials)
        problems += [f"lost {serial}" for serial in owed if serial in standing and serial not in seen]
        ranks = {serial: rank for rank, serial in enumerate(self.states[max(versions)])}
        order = [ranks[serial] for serial in serials if serial in standing]
        return problems + (["out of order"] if not problems and order != sorted(order) else [])


def any_change(rows: MovingList, dice: random.Random, near: int | None) -> None:
    """Changes the list anywhere: at its ends, about an offset, or somewhere."""
    size = len(rows)
    count = dice.choice([1, 1, 2, 5, 60, 99, 100, 250])
    at = dice.choice([0, size, dice.randrange(size + 1)])
    if near is not None and dice.random() < 0.5:
        at = min(size, max(0, near + dice.choice([-2, -1, 0, 1, 2])))
    if dice.random() < 0.5:
        rows.insert(at, count)
    else:
        rows.remove(min(at, max(0, size - 1)), count)
