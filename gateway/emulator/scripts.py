"""Scripts: the list changes by itself during a walk."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class _Script:
    calls_left: int
    edit: Callable[[], object]


class Scripts:
    """Edits that wait for a call of their project."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[_Script]] = {}

    def add(self, project_id: str, before: int, edit: Callable[[], object]) -> None:
        """Make an edit just before the n-th call from now on is answered, 1 is the next one.

        Raises:
            ValueError: the number is less than 1.
        """
        if before < 1:
            raise ValueError("before: calls are counted from 1")
        self._waiting.setdefault(project_id, []).append(_Script(before, edit))

    def clear(self) -> None:
        """Forget the edits that still wait."""
        self._waiting.clear()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def run(self, project_id: str) -> None:
        """Count one call of a project, and make the edits that are due."""
        waiting = self._waiting.get(project_id)
        if not waiting:
            return
        for script in waiting:
            script.calls_left -= 1
        due = [script for script in waiting if script.calls_left == 0]
        self._waiting[project_id] = [script for script in waiting if script.calls_left > 0]
        for script in due:
            script.edit()
