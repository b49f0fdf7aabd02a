"""The vendor's limit of calls per minute for one project."""

from collections.abc import Callable

from gateway.emulator.answers import throttled

WINDOW_SECONDS = 60.0


class Throttle:
    """Counts the calls of each project in fixed windows of a minute, from its first call on.

    Args:
        per_minute: how many calls pass in a window, None for no limit.
        clock: seconds since the epoch.
    """

    def __init__(self, per_minute: int | None, clock: Callable[[], float]) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}

    def admit(self, project_id: str) -> None:
        """Count a call.

        Raises:
            RefusedError: 429, it is one too many.
        """
        if self.per_minute is None:
            return
        now = self._clock()
        start, calls = self._windows.get(project_id, (now, 0))
        if now - start >= WINDOW_SECONDS:
            start, calls = now, 0
        self._windows[project_id] = (start, calls + 1)
        if calls >= self.per_minute:
            raise throttled(self.per_minute)
