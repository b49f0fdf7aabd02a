"""Something for each project, made when it is first needed."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")

MOST_PROJECTS = 1_000
"""Callers may name projects that do not exist; the one that was not asked for longest is forgotten."""


class PerProject(Generic[Thing]):
    """A bounded map.

    Args:
        make: Makes the thing for one project.
        most: The most projects.
    """

    def __init__(self, make: Callable[[], Thing], *, most: int = MOST_PROJECTS) -> None:
        self._make = make
        self._most = most
        self._things: OrderedDict[str, Thing] = OrderedDict()

    def __len__(self) -> int:
        return len(self._things)

    def of(self, project_id: str) -> Thing:
        """A project's thing."""
        if project_id in self._things:
            self._things.move_to_end(project_id)
        else:
            if len(self._things) >= self._most:
                self._things.popitem(last=False)
            self._things[project_id] = self._make()
        return self._things[project_id]
