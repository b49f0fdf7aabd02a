"""Ids that look random and can be read back: 32 hex characters for a number, and the number for the 32."""

from hashlib import blake2b

_MASK = (1 << 128) - 1
_LENGTH = 32


class Ids:
    """A seeded one-to-one mapping of numbers to ids.

    A tenant of a million tasks needs no table of ids this way: a filter by id is answered by turning the id back.

    Two multiplications by odd numbers modulo 2^128 with a folding between them: each step can be undone.
    """

    def __init__(self, seed: int, kind: str) -> None:
        digest = blake2b(f"{seed}:{kind}".encode(), digest_size=48).digest()
        self._first, self._shift, self._second = (int.from_bytes(digest[i : i + 16]) for i in (0, 16, 32))
        self._first |= 1
        self._second |= 1
        self._undo_first = pow(self._first, -1, 1 << 128)
        self._undo_second = pow(self._second, -1, 1 << 128)

    def id_of(self, number: int) -> str:
        """The id of a number in [0, 2^128)."""
        mixed = (number * self._first + self._shift) & _MASK
        mixed ^= mixed >> 64
        return f"{mixed * self._second & _MASK:032x}"

    def number_of(self, text: str) -> int | None:
        """The number of an id; huge for an id that was made up, None for a text that is no id."""
        if len(text) != _LENGTH or set(text) - set("0123456789abcdef"):
            return None
        mixed = int(text, 16) * self._undo_second & _MASK
        mixed ^= mixed >> 64
        return (mixed - self._shift) * self._undo_first & _MASK
