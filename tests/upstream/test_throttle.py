"""The cool-down after a 429."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import RateLimited, UpstreamUnavailable
from gateway.upstream.throttle import Cooldown, ProjectCooldown, rounded_up
from tests.support.house import Clock


def throttled(cooldown: Cooldown, seconds: float) -> None:
    """The upstream answers a call with 429."""
    cooldown.begin(RateLimited("x", retry_after=seconds))


def test_it_lasts_as_long_as_the_upstream_said() -> None:
    """And says how long that still is, in tenths and never too short."""
    clock = Clock()
    cooldown = Cooldown(most=300, clock=clock)
    cooldown.check()
    throttled(cooldown, 60)
    for after, left in ((0, 60), (0.04, 60), (30, 30), (29.9, 0.1)):
        clock.now += after
        with pytest.raises(RateLimited) as caught:
            cooldown.check()
        assert caught.value.retry_after == caught.value.details["retryAfterSeconds"] == pytest.approx(left)
    clock.now += 0.1
    cooldown.check()


def test_an_absurd_hint_is_not_believed() -> None:
    """A day of silence because of one header."""
    clock = Clock()
    cooldown = Cooldown(most=300, clock=clock)
    throttled(cooldown, 86_400)
    assert cooldown.left == 300


@given(hints=st.lists(st.tuples(st.floats(0, 100), st.floats(0, 400)), max_size=30))
def test_hints_lengthen_and_never_shorten_it(hints: list[tuple[float, float]]) -> None:
    """Calls that were under way bring hints in any order: it ends when the last of them ends."""
    clock = Clock(0)
    cooldown = Cooldown(most=300, clock=clock)
    end = 0.0
    for later, hint in hints:
        clock.now += later
        throttled(cooldown, hint)
        end = max(end, clock.now + min(hint, 300))
        assert cooldown.left == pytest.approx(end - clock.now, abs=1e-6)


def test_a_clock_that_runs_backwards_ends_it() -> None:
    """It would last for hours otherwise."""
    clock = Clock()
    cooldown = Cooldown(most=300, clock=clock)
    throttled(cooldown, 60)
    clock.now -= 3_600
    cooldown.check()


def waits(cooldown: ProjectCooldown, scope: str | None) -> bool:
    """Whether calls of a scope are refused."""
    try:
        cooldown.check(scope)
    except RateLimited:
        return True
    return False


def meets_429(cooldown: ProjectCooldown, scope: str | None) -> None:
    """A call of a scope that the upstream answers with 429."""
    with pytest.raises(RateLimited), cooldown.watch(scope):
        raise RateLimited("x", retry_after=60)


def test_who_has_not_read_a_project_does_not_stop_it() -> None:
    """The token may be another tenant's, and the quota that tenant's: only its own calls wait."""
    cooldown = ProjectCooldown(most=300, clock=Clock())
    with cooldown.watch("reader"):
        pass
    for stranger in ("stranger", None):
        meets_429(cooldown, stranger)
    assert [waits(cooldown, scope) for scope in ("stranger", "reader", "other", None)] == [True, False, False, False]
    meets_429(cooldown, "reader")
    assert [waits(cooldown, scope) for scope in ("stranger", "reader", "other", None)] == [True] * 4


@pytest.mark.parametrize("problem", [None, UpstreamUnavailable("x")], ids=["success", "failure"])
@pytest.mark.parametrize("before", [False, True])
def test_other_ends_begin_none(problem: Exception | None, before: bool) -> None:  # noqa: FBT001
    """Nor do they end one: a call that was under way says nothing of the quota."""
    cooldown = ProjectCooldown(most=300, clock=Clock())
    if before:
        meets_429(cooldown, "reader")
    with suppress(UpstreamUnavailable), cooldown.watch("reader"):
        if problem is not None:
            raise problem
    assert waits(cooldown, "reader") is before


def test_strangers_cost_no_memory() -> None:
    """Nor do they displace those that have read."""
    cooldown = ProjectCooldown(most=300, clock=Clock(), scopes=3)
    with cooldown.watch("reader"):
        pass
    for number in range(10):
        meets_429(cooldown, f"stranger {number}")
    assert [waits(cooldown, f"stranger {number}") for number in (9, 0)] == [True, False]
    meets_429(cooldown, "reader")
    assert waits(cooldown, "other")
    for number in range(10):
        with cooldown.watch(f"reader {number}"):
            pass
    assert list(cooldown._readers) == ["reader 7", "reader 8", "reader 9"]


@given(st.floats(0, 1e6))
def test_rounding_goes_up(seconds: float) -> None:
    """By less than a tenth."""
    assert seconds <= rounded_up(seconds) + 1e-9 <= seconds + 0.1 + 1e-6
