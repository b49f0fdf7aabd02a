"""The gateway's own calls a minute."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import RateLimited
from gateway.upstream.budget import MINUTE, Allowance, LocalBudget, Minute
from gateway.upstream.per_project import PerProject
from tests.support.asked import ASKED, Asked
from tests.support.house import PROJECT, Clock


@given(
    most=st.integers(1, 12),
    scope_share=st.sampled_from([0.25, 0.5, 1.0]),
    reserve=st.sampled_from([0.0, 0.25, 1.0]),
    asked=st.lists(ASKED, max_size=80),
)
def test_no_minute_holds_more_than_it_may(most: int, scope_share: float, reserve: float, asked: list[Asked]) -> None:
    """Of all calls, of one scope's, and of those before a covered one; and a refusal's wait is exact."""
    most_of_scope, most_before = max(1, int(most * scope_share)), int(most * (1 - reserve))
    minute = Minute(Allowance(most, most_of_scope, most_before))
    made: list[tuple[float, str]] = []
    now = 0.0

    def allowed(at: float, call: Asked) -> bool:
        last = [scope for when, scope in made if when + MINUTE > at]
        return len(last) < (most_before if call.covered else most) and last.count(call.scope) < most_of_scope

    for call in asked:
        now += call.later
        wait = minute.take(call.scope, now, covered=call.covered)
        assert (wait == 0) is allowed(now, call)
        if not wait:
            made.append((now, call.scope))
        elif most_before or not call.covered:
            assert allowed(now + wait, call)
            assert not allowed(now + wait - 0.125, call)
    assert len(minute._calls) <= most
    assert sum(minute._by_scope.values()) == len(minute._calls)
    assert len(minute._by_scope) <= len(minute._calls)


def budget(clock: Clock, calls: int = 10) -> LocalBudget:
    """Ten calls a minute: five for a scope, eight before covered ones yield."""
    return LocalBudget(Allowance.of(calls, scope_share=0.5, reserve=0.2), clock=clock)


async def taken(budget: LocalBudget, scope: str, *, covered: bool = False, project: str = PROJECT) -> int:
    """How many calls a scope gets until it is refused."""
    number = 0
    while True:
        try:
            await budget.take(project, scope, covered=covered)
        except RateLimited:
            return number
        number += 1


async def test_one_scope_gets_at_most_half() -> None:
    """However much it wants; the other half is there for the others."""
    calls = budget(Clock())
    assert await taken(calls, "a") == 5
    assert await taken(calls, "b") == 5
    assert await taken(calls, "c") == 0


async def test_covered_calls_yield_first() -> None:
    """What is reserved is there for callers who have nothing."""
    calls = budget(Clock())
    assert await taken(calls, "a") == 5
    assert await taken(calls, "b", covered=True) == 3
    assert await taken(calls, "c") == 2


async def test_a_refusal_says_when() -> None:
    """Rounded up to a tenth of a second, and then it holds."""
    clock = Clock()
    calls = budget(clock)
    assert await taken(calls, "a") == 5
    clock.now += 12.34
    with pytest.raises(RateLimited) as caught:
        await calls.take(PROJECT, "a", covered=False)
    assert caught.value.retry_after == 47.7
    clock.now += caught.value.retry_after
    assert await taken(calls, "a") == 5


async def test_projects_have_budgets_of_their_own() -> None:
    """The vendor's limit is one tenant's; and no more projects are remembered than is set."""
    calls = budget(Clock())
    assert await taken(calls, "a") == 5
    assert await taken(calls, "a", project="other") == 5


async def test_a_clock_that_runs_backwards_starts_a_new_minute() -> None:
    """Rather than refusing until the time is back."""
    clock = Clock()
    calls = budget(clock)
    await taken(calls, "a")
    clock.now -= 3_600
    assert await taken(calls, "a") == 5


def test_the_project_that_was_not_asked_for_longest_is_forgotten() -> None:
    """Callers can name as many projects as they like."""
    made = iter(range(100))
    things = PerProject(lambda: next(made), most=3)
    assert [things.of(name) for name in ("a", "b", "c", "a", "d", "a", "b")] == [0, 1, 2, 0, 3, 0, 4]
    assert len(things) == 3
