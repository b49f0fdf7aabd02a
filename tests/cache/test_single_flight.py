import asyncio
import gc
from collections.abc import AsyncIterator

import pytest

from gateway.cache.single_flight import SingleFlight


class Work:
    """A call that begins, waits to be let go, and counts."""

    def __init__(self, outcome: object = "done") -> None:
        self.calls = 0
        self.cancelled = 0
        self.begun = asyncio.Event()
        self.go = asyncio.Event()
        self.outcome = outcome

    async def __call__(self) -> object:
        self.calls += 1
        self.begun.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@pytest.fixture
async def complaints() -> AsyncIterator[list[str]]:
    """What the loop complains of: exceptions that nobody looked at."""
    found: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: found.append(context["message"]))
    yield found
    await asyncio.sleep(0)
    gc.collect()
    await asyncio.sleep(0)
    assert found == []


def board(flight: SingleFlight, work: Work, count: int, key: str = "k") -> list[asyncio.Task[object]]:
    """So many who ask the same."""
    return [asyncio.create_task(flight.run(key, work)) for _ in range(count)]


@pytest.mark.usefixtures("complaints")
async def test_fifty_who_ask_make_one_call() -> None:
    """All get its result, and afterwards nothing is kept."""
    flight, work = SingleFlight(), Work()
    tasks = board(flight, work, 50)
    await work.begun.wait()
    assert flight.under_way("k")
    work.go.set()
    assert await asyncio.gather(*tasks) == ["done"] * 50
    assert work.calls == 1
    assert not flight.under_way("k")
    assert not flight._flights


@pytest.mark.usefixtures("complaints")
async def test_other_keys_fly_alone() -> None:
    """What is not the same question is another call."""
    flight, work = SingleFlight(), Work()
    tasks = board(flight, work, 3, "a") + board(flight, work, 3, "b")
    await work.begun.wait()
    work.go.set()
    await asyncio.gather(*tasks)
    assert work.calls == 2


@pytest.mark.usefixtures("complaints")
async def test_a_result_of_nothing_is_shared_too() -> None:
    """None is a result like any other."""
    flight, work = SingleFlight(), Work(None)
    tasks = board(flight, work, 5)
    await work.begun.wait()
    work.go.set()
    assert await asyncio.gather(*tasks) == [None] * 5
    assert work.calls == 1


@pytest.mark.usefixtures("complaints")
async def test_who_asked_first_may_leave() -> None:
    """The others get the result of the call that the first one began."""
    flight, work = SingleFlight(), Work()
    first, *others = board(flight, work, 5)
    await work.begun.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    work.go.set()
    assert await asyncio.gather(*others) == ["done"] * 4
    assert (work.calls, work.cancelled) == (1, 0)


@pytest.mark.usefixtures("complaints")
async def test_when_all_have_left_the_call_ends() -> None:
    """Work that nobody waits for is cancelled, and the next one who asks begins anew at once."""
    flight, work = SingleFlight(), Work()
    tasks = board(flight, work, 5)
    await work.begun.wait()
    for task in tasks:
        task.cancel()
    gone = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(each, asyncio.CancelledError) for each in gone)
    assert not flight.under_way("k")
    again = Work("again")
    again.go.set()
    assert await flight.run("k", again) == "again"
    assert (work.calls, work.cancelled) == (1, 1)


@pytest.mark.usefixtures("complaints")
async def test_a_failure_reaches_all_who_wait_and_is_forgotten() -> None:
    """One call, one failure for everybody; the next one who asks makes a new call."""
    flight, work = SingleFlight(), Work(LookupError("lost"))
    tasks = board(flight, work, 5)
    await work.begun.wait()
    work.go.set()
    problems = await asyncio.gather(*tasks, return_exceptions=True)
    assert {str(problem) for problem in problems} == {"lost"}
    assert work.calls == 1
    better = Work("better")
    better.go.set()
    assert await flight.run("k", better) == "better"


async def test_a_failure_that_nobody_waits_for_is_silent(complaints: list[str]) -> None:
    """The last one leaves in the moment in which the call fails."""
    flight, work = SingleFlight(), Work(LookupError("lost"))
    [task] = board(flight, work, 1)
    await work.begun.wait()
    work.go.set()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert complaints == []


@pytest.mark.usefixtures("complaints")
async def test_a_call_that_ends_otherwise_when_it_is_cancelled_is_silent() -> None:
    """Cancelled work may raise something of its own while it tidies up."""
    flight, begun = SingleFlight(), asyncio.Event()

    async def stubborn() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise LookupError("tidying up") from None

    task = asyncio.create_task(flight.run("k", stubborn))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not flight.under_way("k")
