"""Fields that show what stands at a path below `of`, what their object is of; projections read the path in place."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Any

import strawberry


@dataclass(frozen=True)
class Shown:
    """What a field shows, beside its resolver: whoever knows it need not call that.

    A field with objects shows the `of` of each; they have its own object's `words`.

    Args:
        path: Names of attributes with dots between, from `of` on; `of` itself where it is empty.
        enum: What the value there is a word of, by the object's `words`; None where it is shown as it is.
        check: Gives the value back, or raises where it cannot be shown.
    """

    path: str
    enum: type[Enum] | None = None
    check: Callable[[Any], Any] | None = None


def shown(path: str, description: str) -> Any:
    """A field with the value at a path, its type being that of its annotation."""
    read = attrgetter(path)

    def resolver(self: Any) -> Any:
        return read(self.of)

    return strawberry.field(resolver=resolver, description=description, metadata={Shown: Shown(path)})


def shown_word(path: str, enum: type[Enum], description: str) -> Any:
    """A field with the member of an enum that the word at a path stands for."""
    read = attrgetter(path)

    def resolver(self: Any) -> Any:
        return self.words.read(enum, read(self.of))

    return strawberry.field(resolver=resolver, description=description, metadata={Shown: Shown(path, enum)})
