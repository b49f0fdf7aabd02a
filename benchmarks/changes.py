"""Kinds of change that a list goes through while it is walked."""

import random
from collections.abc import Callable, Mapping

from gateway.emulator import Emulator

Change = Callable[[Emulator, random.Random, int], object]
"""Changes the list; the number is where the walk's last row stands, or stood."""


def scattered(emulator: Emulator, dice: random.Random, _: int) -> None:
    """Ten rows in or out, anywhere."""
    for _turn in range(10):
        at = dice.randrange(len(emulator.catalogue()) + 1)
        if dice.random() < 0.5:
            emulator.insert(at=at)
        else:
            emulator.remove(at=at)


def bulks(emulator: Emulator, dice: random.Random, _: int) -> None:
    """Three runs of up to 100 rows, in or out, anywhere."""
    for _turn in range(3):
        at, count = dice.randrange(len(emulator.catalogue()) + 1), dice.randint(1, 100)
        if dice.random() < 0.5:
            emulator.insert(at=at, count=count)
        else:
            emulator.remove(at=at, count=count)


def refilled(emulator: Emulator, _dice: random.Random, _: int) -> None:
    """All rows out, as many new ones in."""
    emulator.insert(count=emulator.remove(count=len(emulator.catalogue())))


def moved(emulator: Emulator, dice: random.Random, _: int) -> None:
    """One row to another place."""
    size = len(emulator.catalogue())
    emulator.move(at=dice.randrange(size), to=dice.randrange(size))


KINDS: Mapping[str, Change] = {
    "none": lambda *_: None,
    "1 to 3 rows in at the head": lambda emulator, dice, _: emulator.insert(count=dice.randint(1, 3)),
    "50 to 500 rows in at the head": lambda emulator, dice, _: emulator.insert(count=dice.randint(50, 500)),
    "1 to 3 rows out at the head": lambda emulator, dice, _: emulator.remove(count=dice.randint(1, 3)),
    "50 rows out at the head": lambda emulator, _, at: emulator.remove(count=min(50, at)),
    "the cursor's row out": lambda emulator, _, at: emulator.remove(at=at),
    "the cursor's row and the next out": lambda emulator, _, at: emulator.remove(at=at, count=2),
    "a run of 12 to 20 rows around it out": lambda emulator, dice, at: emulator.remove(
        at=max(0, at - dice.randint(1, 10)), count=dice.randint(12, 20)
    ),
    "10 rows in or out, scattered": scattered,
    "3 runs of up to 100 rows in or out": bulks,
    "emptied and refilled": refilled,
    "reordered: one row moved": moved,
}
