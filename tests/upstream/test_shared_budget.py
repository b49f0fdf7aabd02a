import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import RateLimited
from gateway.redis.circuit import FAILURES
from gateway.upstream.budget import MINUTE, Allowance, Minute
from gateway.upstream.shared_budget import SharedBudget
from gateway.upstream.throttle import rounded_up
from tests.support.asked import ASKED, Asked
from tests.support.house import PROJECT, Clock
from tests.support.redis import RedisServer, redis_server
from tests.support.shared import SECRET, Replica, open_replica


def budget_of(replica: Replica, allowance: Allowance, clock: Clock | None = None, *, replicas: int = 1) -> SharedBudget:
    """A replica's view of the shared budget."""
    return SharedBudget(
        replica.link,
        allowance,
        prefix="test",
        secret=SECRET,
        clock=replica.clock,
        replicas=lambda: replicas,
        observer=replica.noted,
        time=clock,
    )


async def wait(budget: SharedBudget, scope: str, *, covered: bool = False, project: str = PROJECT) -> float:
    """0 where a call is paid for, else the seconds that it has to wait."""
    try:
        await budget.take(project, scope, covered=covered)
    except RateLimited as refused:
        return refused.retry_after
    return 0


@settings(max_examples=30)
@given(
    most=st.integers(1, 8),
    scope_share=st.sampled_from([0.25, 0.5, 1.0]),
    reserve=st.sampled_from([0.0, 0.25, 1.0]),
    asked=st.lists(ASKED, max_size=40),
)
def test_it_pays_as_a_minute_does(most: int, scope_share: float, reserve: float, asked: list[Asked]) -> None:
    """Call by call, with the same waits, whichever of two replicas asks."""
    allowance = Allowance.of(most, scope_share=scope_share, reserve=reserve)

    async def compare(server: RedisServer) -> None:
        clock, minute = Clock(), Minute(allowance)
        async with open_replica(server.url) as one, open_replica(server.url) as other:
            budgets = [budget_of(one, allowance, clock), budget_of(other, allowance, clock)]
            for number, call in enumerate(asked):
                clock.now += call.later
                expected = minute.take(call.scope, clock.now, covered=call.covered)
                found = await wait(budgets[number % 2], call.scope, covered=call.covered)
                assert found == (rounded_up(expected) if expected else 0)

    with redis_server() as server:
        asyncio.run(compare(server))


async def test_two_replicas_pay_from_one_budget(redis: RedisServer) -> None:
    """However many ask at once; by the store's own clock; other projects have their own."""
    allowance = Allowance.of(20, scope_share=0.5, reserve=0.2)
    async with open_replica(redis.url) as one, open_replica(redis.url) as other:
        budgets = [budget_of(one, allowance), budget_of(other, allowance)]
        scopes = [f"scope-{number % 5}" for number in range(60)]
        waits = await asyncio.gather(*(wait(budgets[n % 2], scope) for n, scope in enumerate(scopes)))
        assert sum(not each for each in waits) == 20
        assert all(0 < each <= MINUTE for each in waits if each)
        assert not await wait(budgets[0], "scope-1", project="another")
        assert one.noted.alone == 0
    with redis.client() as client:
        assert not any(PROJECT.encode() in key for key in client.scan_iter())
        assert all(0 < client.ttl(key) <= 60 for key in client.keys("test:calls:*"))


async def test_without_the_store_each_pays_its_part(redis: RedisServer) -> None:
    """What it paid for just before counts; each such call is told."""
    allowance = Allowance.of(40, scope_share=1.0, reserve=0.0)
    async with open_replica(redis.url, seconds=0.2) as replica:
        budget = budget_of(replica, allowance, replicas=4)
        for _ in range(3):
            assert not await wait(budget, "scope")
        redis.hang()
        waits = [await wait(budget, "scope") for _ in range(FAILURES + 10)]
        assert sum(not each for each in waits) == 7
        assert replica.noted.alone == len(waits)
        redis.go_on()
