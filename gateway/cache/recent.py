"""What was used lately, in memory, bounded by number and by size."""

from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Keeps values by key; the least recently used go first.

    Args:
        most: How many values are kept.
        room: The sum of their sizes, in whatever unit `put` is told; a larger value is not kept at all.
    """

    def __init__(self, *, most: int, room: int) -> None:
        self._most = most
        self._room = room
        self._kept: OrderedDict[str, tuple[Value, int]] = OrderedDict()
        self._taken = 0

    def get(self, key: str) -> Value | None:
        """The value of a key, if it is still kept."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, key: str, value: Value, *, size: int) -> None:
        """Keeps a value."""
        if size > self._room:
            return
        _, before = self._kept.pop(key, (None, 0))
        self._kept[key] = (value, size)
        self._taken += size - before
        while len(self._kept) > self._most or self._taken > self._room:
            _, (_, gone) = self._kept.popitem(last=False)
            self._taken -= gone
