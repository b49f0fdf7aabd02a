import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable
from math import inf

import msgspec
import pytest

from gateway.cache.blocks import Block, Blocks
from gateway.cache.freshness import Freshness, State
from gateway.cache.single_flight import SingleFlight
from gateway.cache.store import MemoryStore
from gateway.errors import (
    Forbidden,
    GatewayError,
    NotFound,
    RateLimited,
    Unauthenticated,
    UpstreamInvalidResponse,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from gateway.upstream.models import Answer, TaskRow
from tests.support.house import Clock
from tests.support.kept import blocks_in_memory

KEY = "scope.key"
REFUSALS: list[GatewayError] = [Unauthenticated("x"), Forbidden("x")]
PASSING: list[GatewayError] = [UpstreamTimeout("x"), UpstreamUnavailable("x"), RateLimited("x", retry_after=1)]
LASTING: list[GatewayError] = [NotFound("x"), UpstreamInvalidResponse("x")]


class Desk:
    """Blocks of texts over a store, with a clock and an upstream that counts."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore(max_entries=100, max_octets=10_000)
        self.flights = SingleFlight()
        self.blocks: Blocks[str] = blocks_in_memory(str, Freshness(10, 50, 300), self.clock, self.store, self.flights)
        self.calls = 0
        self.problem: Exception | None = None

    async def upstream(self) -> str:
        await asyncio.sleep(0)
        self.calls += 1
        if self.problem is not None:
            raise self.problem
        return f"answer {self.calls}"

    async def read(self, key: str = KEY, *, max_age: float = inf) -> Block[str]:
        return await self.blocks.read(key, self.upstream, max_age=max_age)

    async def settle(self) -> None:
        """Lets the reads in the background come to their end."""
        while self.blocks._refreshes:
            await asyncio.gather(*self.blocks._refreshes, return_exceptions=True)


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_block_serves_by_its_age(desk: Desk) -> None:
    """Fresh as it is, then stale while it is read again, and from then on by the new one's age."""
    start = desk.clock.now
    assert await desk.read() == Block("answer 1", start, State.GONE)
    desk.clock.now = start + 9.9
    assert await desk.read() == Block("answer 1", start, State.FRESH)
    assert desk.calls == 1
    desk.clock.now = start + 10
    assert await desk.read() == Block("answer 1", start, State.REVALIDATE)
    await desk.settle()
    assert await desk.read() == Block("answer 2", start + 10, State.FRESH)
    assert desk.calls == 2


async def test_behind_stale_the_upstream_is_waited_for(desk: Desk) -> None:
    """An entry that serves only in need is not served while the upstream answers."""
    await desk.read()
    desk.clock.now += 60
    assert await desk.read() == Block("answer 2", desk.clock.now, State.GONE)


@pytest.mark.parametrize("problem", PASSING, ids=lambda problem: problem.code)
async def test_an_old_block_stands_in_while_the_upstream_is_away(desk: Desk, problem: GatewayError) -> None:
    """To the end of its lifetime, and no longer."""
    first = await desk.read()
    desk.problem = problem
    for age in (60, 359):
        desk.clock.now = first.read_at + age
        assert await desk.read() == Block("answer 1", first.read_at, State.IF_ERROR)
    desk.clock.now = first.read_at + 360
    with pytest.raises(type(problem)):
        await desk.read()


@pytest.mark.parametrize("problem", REFUSALS + LASTING, ids=lambda problem: problem.code)
async def test_an_old_block_does_not_stand_in_for_an_answer(desk: Desk, problem: GatewayError) -> None:
    """What the upstream says of this question, and what is wrong with its answer, is told."""
    await desk.read()
    desk.problem = problem
    desk.clock.now += 60
    with pytest.raises(type(problem)):
        await desk.read()


@pytest.mark.parametrize("problem", REFUSALS + PASSING + LASTING, ids=lambda problem: problem.code)
async def test_an_error_is_not_remembered(desk: Desk, problem: GatewayError) -> None:
    """The next question is asked anew."""
    desk.problem = problem
    for _ in range(2):
        with pytest.raises(type(problem)):
            await desk.read()
    desk.problem = None
    assert (await desk.read()).value == "answer 3"


async def test_many_readers_of_a_stale_block_refresh_it_once(desk: Desk) -> None:
    """None of them waits."""
    await desk.read()
    desk.clock.now += 30
    blocks = await asyncio.gather(*(desk.read() for _ in range(50)))
    assert {(block.value, block.state) for block in blocks} == {("answer 1", State.REVALIDATE)}
    await desk.settle()
    assert desk.calls == 2


async def test_a_reader_who_must_wait_joins_the_refresh_under_way(desk: Desk) -> None:
    """A block that grew too old while it is read again costs no second call."""
    await desk.read()
    desk.clock.now += 30
    await desk.read()
    desk.clock.now += 31
    assert (await desk.read()).value == "answer 2"
    assert desk.calls == 2


@pytest.mark.parametrize("problem", PASSING, ids=lambda problem: problem.code)
@pytest.mark.parametrize(("later", "now"), [(0, True), (31, False), (331, False)])
async def test_who_waits_does_not_fail_by_a_refreshs_limits(
    *, desk: Desk, problem: GatewayError, later: float, now: bool
) -> None:
    """A refresh has no retries and no reserve: where one that was joined fails, all who wait make one call more."""

    async def refresh() -> str:
        await asyncio.sleep(0)
        raise problem

    await desk.read()
    desk.clock.now += 30
    await desk.blocks.read(KEY, desk.upstream, fetch_covered=refresh)
    desk.clock.now += later
    blocks = await asyncio.gather(*(desk.read(max_age=0 if now else inf) for _ in range(5)))
    assert {(block.value, block.remembered) for block in blocks} == {("answer 2", False)}
    assert desk.calls == 2


@pytest.mark.parametrize("problem", PASSING + LASTING, ids=lambda problem: problem.code)
async def test_a_refresh_that_fails_leaves_the_block(desk: Desk, problem: GatewayError) -> None:
    """Nobody waits for it; the block is stale for as long as it was going to be."""
    await desk.read()
    desk.problem = problem
    desk.clock.now += 30
    for _ in range(2):
        assert (await desk.read()).value == "answer 1"
        await desk.settle()
    assert desk.calls == 3


@pytest.mark.parametrize("problem", REFUSALS, ids=lambda problem: problem.code)
@pytest.mark.parametrize("age", [30, 60])
async def test_a_refusal_forgets_all_that_was_held_for_its_scope(desk: Desk, problem: GatewayError, age: float) -> None:
    """Also where it came in the background: nothing of the scope is served any more, other scopes are untouched."""
    await desk.read("scope.a")
    await desk.read("scope.b")
    await desk.read("other.a")
    desk.problem = problem
    desk.clock.now += age
    if age == 30:
        assert (await desk.read("scope.a")).state is State.REVALIDATE
        await desk.settle()
    else:
        with pytest.raises(type(problem)):
            await desk.read("scope.a")
    assert [await desk.store.get(key) is None for key in ("scope.a", "scope.b", "other.a")] == [True, True, False]


@pytest.mark.parametrize("problem", REFUSALS, ids=lambda problem: problem.code)
async def test_what_was_under_way_when_its_scope_was_forgotten_is_not_remembered(
    desk: Desk, problem: GatewayError
) -> None:
    """Who waited gets the answer, and nobody after; also where another listing of the same store was refused."""
    go = asyncio.Event()
    other: Blocks[str] = blocks_in_memory(str, Freshness(10, 50, 300), desk.clock, desk.store, desk.flights)

    async def slow() -> str:
        await go.wait()
        return "before the refusal"

    keys = ["scope.slow", "elsewhere.slow"]
    begun = [asyncio.create_task(desk.blocks.read(key, slow)) for key in keys]
    await asyncio.sleep(0)
    desk.problem = problem
    with pytest.raises(type(problem)):
        await other.read("scope.a", desk.upstream)
    desk.problem = None
    assert (await asyncio.wait_for(desk.read("scope.slow"), 5)).value == "answer 2"
    go.set()
    assert [block.value for block in await asyncio.gather(*begun)] == ["before the refusal"] * 2
    assert [(await desk.read(key)).value for key in keys] == ["answer 2", "before the refusal"]


async def test_now_reads_past_what_is_remembered(desk: Desk) -> None:
    """And what it reads is remembered."""
    await desk.read()
    assert await desk.read(max_age=0) == Block("answer 2", desk.clock.now, State.GONE)
    assert await desk.read() == Block("answer 2", desk.clock.now, State.FRESH)


async def test_now_has_no_second_best(desk: Desk) -> None:
    """Who wants the present state is not given an old one."""
    await desk.read()
    desk.problem = UpstreamTimeout("x")
    with pytest.raises(UpstreamTimeout):
        await desk.read(max_age=0)


@pytest.mark.parametrize(
    "octets", [b"", b"rubbish", b"null", b"[]", b"{}", b'{"read_at":1,"value":7}', b'{"value":"x"}', b"\xff" * 50]
)
async def test_what_cannot_be_read_in_the_store_is_a_miss(desk: Desk, octets: bytes) -> None:
    """Another version's or broken entries are read anew and replaced."""
    await desk.store.put(KEY, octets, lifetime=1)
    assert (await desk.read()).value == "answer 1"
    assert (await desk.read()).remembered


async def test_a_clock_that_runs_backwards_makes_nothing_old(desk: Desk) -> None:
    """An entry from the future is as good as new."""
    await desk.read()
    desk.clock.now -= 3600
    assert await desk.read() == Block("answer 1", desk.clock.now + 3600, State.FRESH)


async def test_a_defect_in_the_background_is_logged_and_hurts_nobody(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Not one of our errors: the log has it, and the loop finds no exception that nobody looked at."""
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["message"]))
    await desk.read()
    desk.problem = LookupError("a defect")
    desk.clock.now += 30
    with caplog.at_level(logging.ERROR, "gateway"):
        assert (await desk.read()).value == "answer 1"
        await desk.settle()
    gc.collect()
    await asyncio.sleep(0)
    assert complaints == []
    assert [record.getMessage() for record in caplog.records] == ["background refresh failed"]


async def test_closing_ends_what_runs_in_the_background(desk: Desk) -> None:
    """A refresh that hangs does not outlive the application."""
    ended = asyncio.Event()

    async def hang() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return ""

    await desk.read()
    desk.clock.now += 30
    await desk.blocks.read(KEY, hang)
    await asyncio.sleep(0)
    await desk.blocks.aclose()
    await asyncio.wait_for(ended.wait(), 5)
    assert not desk.blocks._refreshes


async def test_what_is_handed_out_is_nobody_elses() -> None:
    """A reader that changes a list inside its block changes no other reader's."""
    clock = Clock()
    blocks: Blocks[Answer[TaskRow]] = blocks_in_memory(Answer[TaskRow], Freshness(10, 50, 300), clock)
    body = b'{"total":1,"readable":[{"task_id":"a"}]}'
    fetch: Callable[[], Awaitable[Answer[TaskRow]]] = lambda: asyncio.sleep(  # noqa: E731
        0, msgspec.json.decode(body, type=Answer[TaskRow])
    )
    for _ in range(3):
        block = await blocks.read(KEY, fetch)
        assert len(block.value.readable) == 1
        block.value.readable.clear()
