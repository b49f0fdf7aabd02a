"""A circuit breaker: an upstream that fails is left alone for a while, then asked by one call first."""

from collections.abc import Callable
from enum import Enum
from functools import partial

from gateway.errors import GatewayError
from gateway.observability.observer import Observer
from gateway.upstream.ending import Ending
from gateway.upstream.failures import NotAsked, is_transient

WINDOW = 30.0
"""Seconds over which failures are counted."""

LONGEST_PAUSE = 15.0
"""Seconds; each probe that fails doubles the pause up to this, so that the upstream's return is soon seen."""


class Circuit(Enum):
    """What a breaker lets through: everything, nothing, or one probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class CircuitOpen(NotAsked):
    """The upstream failed so often that it is left alone for now."""


class Breaker:
    """Opens when at least `failures` calls of a window failed and these are half of them or more.

    Only timeouts, lost connections and 5xx are failures (`is_transient`): any other answer, a refusal or a
    429 included, shows an upstream that is there. What began before the circuit changed counts no more.

    Args:
        failures: See above.
        pause: Seconds that it stays open at first.
        clock: Seconds since the epoch.
        observer: Is told of an open circuit.
    """

    def __init__(
        self, *, failures: int, pause: float, clock: Callable[[], float], observer: Observer | None = None
    ) -> None:
        self._observer = observer or Observer()
        self._most_failures = failures
        self._first_pause = self._pause = pause
        self._clock = clock
        self._opened_at: float | None = None
        self._probing = False
        self._changes = 0
        self._window_start = clock()
        self._calls = self._failures = 0

    @property
    def circuit(self) -> Circuit:
        """What is let through now."""
        if self._opened_at is None:
            return Circuit.CLOSED
        return Circuit.OPEN if self._left() > 0 else Circuit.HALF_OPEN

    def check(self) -> None:
        """Refuses where a call would be refused.

        Raises:
            CircuitOpen: The circuit is open, or its probe is under way.
        """
        circuit = self.circuit
        if circuit is Circuit.OPEN or (circuit is Circuit.HALF_OPEN and self._probing):
            wait = max(self._left(), 1.0)
            message = "The upstream has failed too often just now; the gateway leaves it alone for a moment."
            raise CircuitOpen(message, retryAfterSeconds=round(wait, 1))

    def watch(self) -> Ending:
        """Surrounds one call, which begins now, and learns from how it ends. A cancelled call tells nothing.

        Raises:
            CircuitOpen: As `check`.
        """
        self.check()
        self._probing = self._opened_at is not None
        return Ending(partial(self._ended, self._changes, self._probing))

    def _ended(self, before: int, probe: bool, problem: BaseException | None) -> None:  # noqa: FBT001  for `partial`
        if problem is None or isinstance(problem, GatewayError):
            self._learn(before, probe=probe, failed=problem is not None and is_transient(problem))
        if probe and self._changes == before:  # cancelled: the next call is the probe
            self._probing = False

    def _left(self) -> float:
        """Seconds for which an open circuit stays so; none after a clock that ran backwards."""
        since = self._clock() - (self._opened_at or 0.0)
        return self._pause - since if 0 <= since < self._pause else 0.0

    def _learn(self, before: int, *, probe: bool, failed: bool) -> None:
        if before != self._changes:
            return
        if probe:
            longer = max(self._first_pause, min(self._pause * 2, LONGEST_PAUSE))
            self._pause = longer if failed else self._first_pause
            self._change(opened_at=self._clock() if failed else None)
            return
        if not 0 <= self._clock() - self._window_start < WINDOW:
            self._window_start, self._calls, self._failures = self._clock(), 0, 0
        self._calls += 1
        self._failures += failed
        if failed and self._failures >= self._most_failures and self._failures * 2 >= self._calls:
            self._change(opened_at=self._clock())

    def _change(self, *, opened_at: float | None) -> None:
        self._opened_at = opened_at
        if opened_at is not None:
            self._observer.refusing("breaker", opened_at + self._pause)
        self._probing = False
        self._changes += 1
        self._window_start, self._calls, self._failures = self._clock(), 0, 0
