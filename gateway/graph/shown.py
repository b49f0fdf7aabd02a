"""Fields that show what stands at a path below their object; projections read the path in place."""

from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Any

import strawberry


@dataclass(frozen=True)
class Shown:
    """What a field shows.

    Args:
        path: Names of attributes with dots between, from the field's object on.
        enum: What the value there is a word of, by the object's `words`; None where it is shown as it is.
    """

    path: str
    enum: type[Enum] | None = None

    def field(self, description: str) -> Any:
        """The field, its type being that of its annotation."""
        read, enum = attrgetter(self.path), self.enum

        def value(self: Any) -> Any:
            return read(self)

        def word(self: Any) -> Any:
            return self.words.read(enum, read(self))

        resolver = word if enum else value
        return strawberry.field(resolver=resolver, description=description, metadata={Shown: self})


def shown(path: str, description: str) -> Any:
    """A field with the value at a path."""
    return Shown(path).field(description)


def shown_word(path: str, enum: type[Enum], description: str) -> Any:
    """A field with the member of an enum that the word at a path stands for."""
    return Shown(path, enum).field(description)
