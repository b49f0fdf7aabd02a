"""The pages of one request."""

import asyncio

import pytest

from gateway.errors import NotFound
from gateway.graph.pages import Pages


class Source:
    """Counts what is read; every read waits for `gate`."""

    def __init__(self) -> None:
        self.reads = 0
        self.gate = asyncio.Event()

    async def read(self) -> int:
        """The number of this read."""
        self.reads += 1
        await self.gate.wait()
        return self.reads

    async def fail(self) -> int:
        """Counts, and finds nothing."""
        self.reads += 1
        raise NotFound("Not here.")


async def test_a_key_is_read_once_at_the_same_time_and_later() -> None:
    """Another key is another page."""
    source, pages = Source(), Pages(5)
    source.gate.set()
    assert await asyncio.gather(*(pages.read("a", source.read) for _ in range(3))) == [1, 1, 1]
    assert await pages.read("a", source.read) == 1
    assert await pages.read("b", source.read) == 2


async def test_a_failure_is_the_answer_for_the_whole_request() -> None:
    """The same question is not asked again in vain."""
    source, pages = Source(), Pages(5)
    for _ in range(2):
        with pytest.raises(NotFound):
            await pages.read("a", source.fail)
    assert source.reads == 1


async def test_a_reader_that_leaves_hands_the_work_to_the_next() -> None:
    """A cancelled reader leaves nothing behind, neither a page nor a slot that stays taken."""
    source, pages = Source(), Pages(1)
    first, second = (asyncio.ensure_future(pages.read("a", source.read)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    source.gate.set()
    assert await second == 2
    assert first.cancelled()
    assert await pages.read("b", source.read) == 3
