"""What answering one request took: the ground for its cache headers."""

from dataclasses import dataclass


@dataclass
class Report:
    """Gathered while a request's windows are read.

    Args:
        upstream_calls: Calls made for this request, retries included; those of others that it joined are not
            counted.
        windows: Windows read, from memory or not.
        oldest: When the oldest of them was read, in seconds since the epoch.
        stale: Whether one of them is older than fresh.
        shareable: Whether every one of them may be remembered.
        remembered: Whether every one of them was.
    """

    upstream_calls: int = 0
    windows: int = 0
    oldest: float | None = None
    stale: bool = False
    shareable: bool = True
    remembered: bool = True

    def count_call(self) -> None:
        """Takes one upstream call into account."""
        self.upstream_calls += 1

    def add_window(self, read_at: float, *, stale: bool, shareable: bool, remembered: bool) -> None:
        """Takes one window into account."""
        self.windows += 1
        self.oldest = read_at if self.oldest is None else min(self.oldest, read_at)
        self.stale = self.stale or stale
        self.shareable = self.shareable and shareable
        self.remembered = self.remembered and remembered
