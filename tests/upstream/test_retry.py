"""Retries: of what is safe, within the read's time, and out of a budget."""

import asyncio
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import (
    BadUserInput,
    GatewayError,
    RateLimited,
    Reason,
    UpstreamTimeout,
    UpstreamUnavailable,
    leaves,
)
from gateway.upstream.failures import NotAsked, from_answer, is_transient
from gateway.upstream.retry import FIRST_WAIT, JITTER, LONGEST_WAIT, Retries, RetryBudget
from tests.support import virtual_time

PASSING = (UpstreamTimeout, UpstreamUnavailable)


def example(kind: type[GatewayError]) -> GatewayError:
    """An error of a kind."""
    if kind is BadUserInput:
        return BadUserInput("x", Reason.INVALID_ID)
    return RateLimited("x", retry_after=0) if issubclass(kind, RateLimited) else kind("x")


class Attempts:
    """Fails as it is told, and knows when it was asked, in virtual seconds."""

    def __init__(self, problem: Callable[[int], Exception | None], *, seconds: float = 0) -> None:
        self._problem = problem
        self._seconds = seconds
        self.times: list[float] = []

    async def __call__(self, deadline: float) -> str:
        """One attempt; it is over at the deadline, as the client is."""
        now = asyncio.get_running_loop().time()
        self.times.append(now)
        await asyncio.sleep(min(self._seconds, deadline - now))
        if (problem := self._problem(len(self.times))) is not None:
            raise problem
        return f"attempt {len(self.times)}"


def run(attempts: Attempts, *, once: bool = False, budget: RetryBudget | None = None) -> str:
    """A read of at most 3 attempts in 8 seconds."""
    given_budget = budget or RetryBudget(share=0.2)
    return virtual_time.run(lambda: Retries(attempts=3, seconds=8).run(attempts, given_budget, once=once))


@pytest.mark.parametrize("kind", list(leaves()), ids=lambda kind: kind.code)
def test_only_what_may_pass_in_a_moment_is_tried_again(kind: type[GatewayError]) -> None:
    """Refusals, limits, odd answers and our own mistakes are told at once."""
    attempts = Attempts(lambda _: example(kind))
    with pytest.raises(kind):
        run(attempts)
    assert len(attempts.times) == (3 if kind in PASSING else 1)


def test_a_defect_of_ours_is_not_tried_again() -> None:
    """It would not go away."""
    attempts = Attempts(lambda _: LookupError("a defect"))
    with pytest.raises(LookupError):
        run(attempts)
    assert len(attempts.times) == 1


def test_what_the_gateway_refused_itself_is_not_tried_again() -> None:
    """The state that made it refuse is still there."""
    attempts = Attempts(lambda _: NotAsked("x"))
    with pytest.raises(NotAsked):
        run(attempts)
    assert len(attempts.times) == 1


@pytest.mark.parametrize(
    ("status", "code", "again"),
    [
        (500, "VOD.10051", True),
        (403, "VOD.10051", True),
        (502, "APIGW.0610", True),
        (503, "nobody-knows", True),
        (504, "APIGW.0201", True),
        (408, "x", True),
        (404, "APIGW.0103", False),
        (400, "APIGW.0105", False),
        (401, "APIGW.0301", False),
        (403, "VOD.10054", False),
        (429, "APIGW.0308", False),
    ],
)
def test_the_vendors_answers_that_are_tried_again(status: int, code: str, again: bool) -> None:  # noqa: FBT001
    """Faults of theirs, whatever the status; not a route that is not set up, which stays so."""
    problem = from_answer(status, {}, b'{"error_code": "%s", "error_msg": "x"}' % code.encode())
    assert is_transient(problem) is again


def test_the_first_success_ends_it() -> None:
    """And is the result."""
    attempts = Attempts(lambda number: UpstreamTimeout("x") if number < 3 else None)
    assert run(attempts) == "attempt 3"


def test_once_is_once() -> None:
    """For a request that was signed for one call, and for a read that a copy covers."""
    attempts = Attempts(lambda _: UpstreamUnavailable("x"))
    budget = RetryBudget(share=0.2)
    with pytest.raises(UpstreamUnavailable):
        run(attempts, once=True, budget=budget)
    assert len(attempts.times) == 1
    assert budget.left == 10


def test_waits_grow_and_are_spread() -> None:
    """Readers that failed together do not come back together."""
    first, second = [], []
    for _ in range(30):
        attempts = Attempts(lambda _: UpstreamUnavailable("x"))
        with pytest.raises(UpstreamUnavailable):
            run(attempts)
        first.append(attempts.times[1] - attempts.times[0])
        second.append(attempts.times[2] - attempts.times[1])
    assert all(FIRST_WAIT <= wait <= FIRST_WAIT + JITTER for wait in first)
    assert all(2 * FIRST_WAIT <= wait <= 2 * FIRST_WAIT + JITTER for wait in second)
    assert 2 * FIRST_WAIT + JITTER <= LONGEST_WAIT
    assert len({round(wait, 6) for wait in first}) > 20


@given(seconds=st.floats(0.01, 10), attempt_seconds=st.floats(0, 20))
def test_nothing_goes_on_behind_the_deadline(seconds: float, attempt_seconds: float) -> None:
    """However long an attempt takes, and no attempt is begun without time for it."""
    attempts = Attempts(lambda _: UpstreamTimeout("x"), seconds=attempt_seconds)

    async def read() -> float:
        with pytest.raises(UpstreamTimeout):
            await Retries(attempts=5, seconds=seconds).run(attempts, RetryBudget(share=1))
        return asyncio.get_running_loop().time()

    assert virtual_time.run(read) <= seconds + 1e-9
    assert all(seconds - began >= 0.5 - 1e-9 for began in attempts.times[1:])


@given(share=st.floats(0, 1), most=st.floats(0, 20), reads=st.lists(st.integers(0, 3), max_size=200))
def test_retries_are_a_part_of_the_reads(share: float, most: float, reads: list[int]) -> None:
    """Whatever is wanted after each read, in whatever order."""
    budget = RetryBudget(share=share, most=most)
    spent = 0
    for number, wanted in enumerate(reads, 1):
        budget.earn()
        spent += sum(budget.spend() for _ in range(wanted))
        assert spent <= share * number + most + 1e-6
        assert 0 <= budget.left <= most


def test_a_dead_upstream_is_not_hit_much_harder() -> None:
    """A thousand reads of it cost a fifth more, not three times as many."""
    attempts, budget = Attempts(lambda _: UpstreamUnavailable("x")), RetryBudget(share=0.2)
    for _ in range(1_000):
        with pytest.raises(UpstreamUnavailable):
            run(attempts, budget=budget)
    assert 1_000 + 200 <= len(attempts.times) <= 1_000 + 200 + 10


def test_a_share_of_nothing_is_no_retries() -> None:
    """Also at the start."""
    numbers = count(1)
    attempts = Attempts(lambda _: UpstreamUnavailable(str(next(numbers))))
    with pytest.raises(UpstreamUnavailable):
        run(attempts, budget=RetryBudget(share=0))
    assert len(attempts.times) == 1
