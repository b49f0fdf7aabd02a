"""Whether the store is asked at all: pure, the time is passed in."""

WINDOW = 10.0
"""Seconds over which failures are counted."""

FAILURES = 3
SHARE = 0.1
"""The circuit opens at so many failures in a row, or in a window where they are this part of all calls.

A failure costs its caller the whole timeout for what the upstream may know anyway, so few are borne."""

PROBES = 2
"""An open circuit closes after so many good probes in a row: a store that flaps is not believed at once."""


class StoreCircuit:
    """Opens on failures and closes on good probes; whoever holds it sends the probes."""

    def __init__(self) -> None:
        self._open = False
        self._good_probes = 0
        self._window_start = 0.0
        self._calls = self._failures = self._in_a_row = 0

    @property
    def is_open(self) -> bool:
        """Whether only probes are let through."""
        return self._open

    def learn(self, now: float, *, failed: bool) -> None:
        """How a call ended that was let through; those that began before it opened change nothing any more."""
        if self._open:
            return
        if not 0 <= now - self._window_start < WINDOW:
            self._window_start, self._calls, self._failures = now, 0, 0
        self._calls += 1
        self._failures += failed
        self._in_a_row = self._in_a_row + 1 if failed else 0
        often = self._failures >= FAILURES and self._failures >= SHARE * self._calls
        if failed and (often or self._in_a_row >= FAILURES):
            self._open, self._good_probes = True, 0

    def learn_probe(self, now: float, *, failed: bool) -> None:
        """How a probe ended."""
        if not self._open:
            self.learn(now, failed=failed)
            return
        self._good_probes = 0 if failed else self._good_probes + 1
        if self._good_probes >= PROBES:
            self._open, self._window_start = False, now
            self._calls = self._failures = self._in_a_row = 0
