"""Each way of failing, over a real socket, with nothing remembered, a fresh copy, and a stale one.

benchmarks/faults.py prints the same table with the default settings, times and memory: docs/reliability.md.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil

import pytest

from gateway.emulator import serve
from tests.support.house import PAGE, Answer, House, open_house
from tests.support.line import Line
from tests.support.upstream_faults import FAULTS, UpstreamFault

DEADLINE = 8
ATTEMPTS = 2


@dataclass
class Scene:
    """A house whose upstream is behind a line."""

    house: House
    line: Line

    async def ask(self) -> Answer:
        """A page; none may take longer than the deadline."""
        async with asyncio.timeout(DEADLINE):
            return await self.house.ask(PAGE, {"first": 10})

    async def read(self) -> Answer:
        """A page, which is remembered; then the line counts anew."""
        answer = await self.ask()
        assert answer.data
        self.line.calls = 0
        return answer


@asynccontextmanager
async def open_scene() -> AsyncIterator[Scene]:
    line = Line()
    async with open_house(
        transport=line,
        upstream_attempts=ATTEMPTS,
        upstream_attempt_seconds=0.6,
        upstream_timeout_seconds=DEADLINE - 2,
        upstream_max_answer_megabytes=1,
        cache_patience_seconds=DEADLINE,
        deadline_seconds=DEADLINE - 1,
    ) as house:
        with serve(house.emulator) as url:
            line.origin = url
            yield Scene(house, line)
            await line.aclose()  # before the server, or it would wait for its connections


def check_failed(answer: Answer, fault: UpstreamFault) -> None:
    """The fault's code at every error, and no reason to keep the answer."""
    assert fault.code is not None
    assert set(answer.codes) == {fault.code}
    assert answer.headers["cache-control"] == "no-store"
    if fault.retry_after is not None:
        assert [error["extensions"]["retryAfterSeconds"] for error in answer.errors] == [fault.retry_after]
        assert answer.headers["retry-after"] == str(ceil(fault.retry_after))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_where_nothing_is_remembered(fault: UpstreamFault) -> None:
    """The answer, or a clean error within the deadline; tried again only where that is safe and may help."""
    async with open_scene() as scene:
        fault.strike(scene.house.emulator, scene.line)
        answer = await scene.ask()
        if fault.code is None:
            assert answer.data
        else:
            check_failed(answer, fault)
        assert scene.line.calls == (ATTEMPTS if fault.again else 1)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_with_a_copy_that_serves(fault: UpstreamFault) -> None:
    """A fresh copy asks nobody; one that is stale a little is answered without waiting for the upstream."""
    async with open_scene() as scene:
        first = await scene.read()
        fault.strike(scene.house.emulator, scene.line)
        scene.house.clock.now += 9
        assert (await scene.ask()).body == first.body
        assert scene.line.calls == 0
        scene.house.clock.now += 21
        answer = await scene.ask()
        assert answer.data == first.data
        assert answer.body["extensions"]["stale"] == {"ageSeconds": 30}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_with_a_copy_for_the_worst(fault: UpstreamFault) -> None:
    """It stands in, marked, for an upstream that is away; never for a refusal. It survives every other fault."""
    async with open_scene() as scene:
        first = await scene.read()
        fault.strike(scene.house.emulator, scene.line)
        scene.house.clock.now += 70
        answer = await scene.ask()
        assert scene.line.calls == 1
        if fault.code is None:
            assert answer.data == first.data
            return
        if fault.stands_in:
            assert answer.data == first.data
            assert answer.body["extensions"]["stale"] == {"ageSeconds": 70}
            assert answer.headers["cache-control"] == "private, max-age=0"
            return
        check_failed(answer, fault)
        scene.house.emulator.clear()
        scene.house.emulator.fault("status", status=503)
        scene.house.clock.now += 20
        later = await scene.ask()
        if fault.code in {"UNAUTHENTICATED", "FORBIDDEN"}:
            assert later.codes == ["UPSTREAM_UNAVAILABLE"]
        elif fault.name != "wrong types":  # a good answer to the cache; its rows are what cannot be read
            assert later.data == first.data


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_in_the_background_ends_what_was_remembered(status: int) -> None:
    """The reader who set off the refresh got the copy; nobody does from then on."""
    async with open_scene() as scene:
        await scene.read()
        scene.house.emulator.fault("status", status=status)
        scene.house.clock.now += 30
        assert (await scene.ask()).data
        scene.house.clock.now += 40
        assert (await scene.ask()).codes == ["UNAUTHENTICATED" if status == 401 else "FORBIDDEN"]


async def test_a_stale_copy_waits_only_a_moment_for_a_slow_upstream() -> None:
    """And the call goes on: its answer is there for the next reader."""
    line = Line()
    async with open_house(transport=line, cache_patience_seconds=0.01) as house:
        with serve(house.emulator) as url:
            line.origin = url
            scene = Scene(house, line)
            first = await scene.read()
            house.emulator.fault("hang", seconds=0.2, times=1)
            house.clock.now += 70
            answer = await scene.ask()
            assert answer.body["extensions"]["stale"] == {"ageSeconds": 70}
            assert answer.data == first.data
            async with asyncio.timeout(DEADLINE):
                while "extensions" in (answer := await scene.ask()).body:
                    pass
            assert answer.data == first.data
            assert line.calls == 1
            await line.aclose()
