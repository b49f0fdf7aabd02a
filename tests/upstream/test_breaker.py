"""The circuit breaker, driven by a clock and by calls that overlap."""

from contextlib import AbstractContextManager

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from gateway.errors import (
    Forbidden,
    GatewayError,
    NotFound,
    RateLimited,
    Unauthenticated,
    UpstreamInvalidResponse,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from gateway.upstream.breaker import LONGEST_PAUSE, WINDOW, Breaker, Circuit, CircuitOpen
from tests.support.house import Clock

FAILURES = 3
PAUSE = 5.0
COUNTED = [UpstreamTimeout("x"), UpstreamUnavailable("x", upstream={"status": 500})]
NOT_COUNTED = [
    Unauthenticated("x"),
    Forbidden("x"),
    NotFound("x"),
    RateLimited("x", retry_after=1),
    UpstreamRejected("x"),
    UpstreamInvalidResponse("x"),
    UpstreamUnavailable("x", upstream={"status": 404}),
]


def call(breaker: Breaker, problem: BaseException | None = None) -> None:
    """One call that ends as told."""
    try:
        with breaker.watch():
            if problem is not None:
                raise problem
    except GatewayError as raised:
        if raised is not problem:
            raise


def state(breaker: Breaker) -> Circuit:
    """Asked anew each time: it changes with the clock."""
    return breaker.circuit


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(failures=FAILURES, pause=PAUSE, clock=clock)


def open_it(breaker: Breaker) -> None:
    """As many failures as it takes."""
    for _ in range(FAILURES):
        call(breaker, COUNTED[0])
    assert state(breaker) is Circuit.OPEN


@pytest.mark.parametrize("problem", COUNTED, ids=repr)
def test_failures_of_the_upstream_open_it(breaker: Breaker, problem: GatewayError) -> None:
    """It then refuses, and says for how long."""
    for _ in range(FAILURES):
        assert state(breaker) is Circuit.CLOSED
        call(breaker, problem)
    with pytest.raises(CircuitOpen) as caught:
        call(breaker)
    assert caught.value.code == "UPSTREAM_UNAVAILABLE"
    assert caught.value.details["retryAfterSeconds"] == PAUSE


@pytest.mark.parametrize("problem", NOT_COUNTED, ids=repr)
def test_an_upstream_that_answers_does_not_open_it(breaker: Breaker, problem: GatewayError) -> None:
    """Whatever it answers: refusals and limits among them."""
    for _ in range(FAILURES * 10):
        call(breaker, problem)
    assert state(breaker) is Circuit.CLOSED


def test_a_minority_of_failures_does_not_open_it(breaker: Breaker) -> None:
    """One broken list among good ones."""
    for _ in range(FAILURES * 10):
        call(breaker)
        call(breaker)
        call(breaker, COUNTED[0])
    assert state(breaker) is Circuit.CLOSED


def test_old_failures_are_forgotten(breaker: Breaker, clock: Clock) -> None:
    """A failure now and then is no outage."""
    for _ in range(FAILURES * 10):
        call(breaker, COUNTED[0])
        clock.now += WINDOW / (FAILURES - 1)
    assert state(breaker) is Circuit.CLOSED


def test_a_good_probe_closes_it(breaker: Breaker, clock: Clock) -> None:
    """And the next outage begins with the first pause again."""
    open_it(breaker)
    clock.now += PAUSE
    call(breaker, COUNTED[0])
    clock.now += 2 * PAUSE
    call(breaker)
    assert state(breaker) is Circuit.CLOSED
    open_it(breaker)
    clock.now += PAUSE
    assert state(breaker) is Circuit.HALF_OPEN


def test_each_failed_probe_doubles_the_pause(breaker: Breaker, clock: Clock) -> None:
    """Up to a quarter of a minute."""
    open_it(breaker)
    for pause in (5, 10, 15, 15):
        clock.now += pause - 0.1
        assert state(breaker) is Circuit.OPEN
        clock.now += 0.1
        assert state(breaker) is Circuit.HALF_OPEN
        call(breaker, COUNTED[0])
    assert LONGEST_PAUSE == 15


def test_a_first_pause_beyond_the_longest_is_kept(clock: Clock) -> None:
    """Whoever sets a minute gets a minute, every time."""
    breaker = Breaker(failures=FAILURES, pause=60, clock=clock)
    open_it(breaker)
    for _ in range(3):
        clock.now += 59.9
        assert state(breaker) is Circuit.OPEN
        clock.now += 0.1
        call(breaker, COUNTED[0])


def test_a_cancelled_probe_is_followed_by_another(breaker: Breaker, clock: Clock) -> None:
    """A caller who leaves must not leave the circuit open for ever."""
    open_it(breaker)
    clock.now += PAUSE
    with pytest.raises(KeyboardInterrupt):
        call(breaker, KeyboardInterrupt())
    assert state(breaker) is Circuit.HALF_OPEN
    call(breaker)
    assert state(breaker) is Circuit.CLOSED


def test_a_clock_that_runs_backwards_does_not_keep_it_open(breaker: Breaker, clock: Clock) -> None:
    """A probe may be sent at once."""
    open_it(breaker)
    clock.now -= 3_600
    call(breaker)
    assert state(breaker) is Circuit.CLOSED


class Overlapping(RuleBasedStateMachine):
    """Calls that begin and end in any order, while time goes by."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.breaker = Breaker(failures=FAILURES, pause=PAUSE, clock=self.clock)
        self.calls: list[tuple[AbstractContextManager[None], Circuit]] = []
        self.probe: AbstractContextManager[None] | None = None
        self.failures_since_closed = 0

    @rule(seconds=st.sampled_from([0.0, 0.5, 4.9, 5.0, 61.0]))
    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.clock.now += seconds

    @rule()
    def begin(self) -> None:
        """A call comes; it is refused only where the circuit is not closed."""
        circuit = self.breaker.circuit
        try:
            guard = self.breaker.watch()
        except CircuitOpen:
            assert circuit is not Circuit.CLOSED
        else:
            assert circuit is not Circuit.OPEN
            self.calls.append((guard, circuit))
            if circuit is Circuit.HALF_OPEN:
                assert self.probe is None
                self.probe = guard

    @precondition(lambda self: self.calls)
    @rule(
        data=st.data(),
        problem=st.sampled_from([None, COUNTED[0], COUNTED[1], NOT_COUNTED[0], NOT_COUNTED[3], KeyboardInterrupt()]),
    )
    def end(self, data: st.DataObject, problem: BaseException | None) -> None:
        """A call ends; only a failure opens a closed circuit, only a call that was let through as a probe closes it."""
        guard, began_in = self.calls.pop(data.draw(st.integers(0, len(self.calls) - 1)))
        self.probe = None if guard is self.probe else self.probe
        before = self.breaker.circuit
        swallowed = guard.__exit__(type(problem) if problem else None, problem, None)
        assert not swallowed
        after = self.breaker.circuit
        self.failures_since_closed += problem in COUNTED
        if before is Circuit.CLOSED and after is not Circuit.CLOSED:
            assert problem in COUNTED
            assert self.failures_since_closed >= FAILURES
        if before is not Circuit.CLOSED and after is Circuit.CLOSED:
            assert began_in is Circuit.HALF_OPEN
            assert problem not in COUNTED
            assert not isinstance(problem, KeyboardInterrupt)
            self.failures_since_closed = 0


TestOverlapping = Overlapping.TestCase
