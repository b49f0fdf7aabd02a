"""Places for calls toward the upstream."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstream.bulkhead import Bulkhead, Crowded
from tests.support import virtual_time


@given(most=st.integers(1, 5), seconds=st.lists(st.floats(0, 4), min_size=1, max_size=30))
def test_never_more_than_the_places_and_nobody_waits_longer_than_patience(most: int, seconds: list[float]) -> None:
    """Whatever the calls take; afterwards every place is free."""

    async def all_calls() -> None:
        bulkhead = Bulkhead(most=most, patience=2)
        loop = asyncio.get_running_loop()

        async def call(took: float) -> None:
            began = loop.time()
            try:
                async with bulkhead.place(deadline=1_000):
                    assert bulkhead.taken <= most
                    assert loop.time() - began <= 2
                    await asyncio.sleep(took)
            except Crowded:
                assert loop.time() - began == pytest.approx(2)

        await asyncio.gather(*(call(took) for took in seconds))
        assert (bulkhead.taken, bulkhead.waiting) == (0, 0)
        for _ in range(most):
            await bulkhead.take(deadline=1_000)
        assert bulkhead._places.locked()

    virtual_time.run(all_calls)


def test_a_deadline_ends_the_wait_sooner() -> None:
    """A place that comes too late is of no use."""

    async def two_calls() -> float:
        bulkhead = Bulkhead(most=1, patience=2)
        async with bulkhead.place(deadline=9):
            with pytest.raises(Crowded):
                async with bulkhead.place(deadline=0.5):
                    raise AssertionError("there is one place only")
        return asyncio.get_running_loop().time()

    assert virtual_time.run(two_calls) == pytest.approx(0.5)


def test_one_who_leaves_the_queue_takes_no_place() -> None:
    """A cancelled waiter, also where its place was just given to it."""

    async def leave() -> None:
        bulkhead = Bulkhead(most=1, patience=60)

        async def call() -> None:
            async with bulkhead.place(deadline=1_000):
                await asyncio.sleep(1)

        calls = [asyncio.create_task(call()) for _ in range(3)]
        await asyncio.sleep(0.5)
        calls[1].cancel()
        await asyncio.sleep(0)
        assert (bulkhead.taken, bulkhead.waiting) == (1, 1)
        await asyncio.gather(*calls, return_exceptions=True)
        assert asyncio.get_running_loop().time() == pytest.approx(2)
        assert (bulkhead.taken, bulkhead.waiting) == (0, 0)

    virtual_time.run(leave)
