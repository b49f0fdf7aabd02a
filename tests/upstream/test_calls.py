"""The layers together, in virtual time: what reaches the upstream, and what the reader is told."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, ClassVar

import httpx
import pytest
from typing_extensions import override

from gateway.credentials.kinds import Credential, Kind
from gateway.credentials.refusals import KnownRefusal
from gateway.errors import RateLimited, Unauthenticated, UpstreamTimeout, UpstreamUnavailable
from gateway.paging.window import Span
from gateway.settings import load
from gateway.upstream.attempts import Attempts
from gateway.upstream.breaker import CircuitOpen
from gateway.upstream.bulkhead import Crowded
from gateway.upstream.endpoints import THUMBNAIL_TASKS
from gateway.web.upstream import build_upstream
from tests.support import virtual_time
from tests.support.house import PROJECT

OK = httpx.Response(200, json={"total": 0, "thumbnails": []})
BROKEN = httpx.Response(503, json={"error_code": "APIGW.0613", "error_msg": "x"})
REFUSED = httpx.Response(401, json={"error_code": "APIGW.0301", "error_msg": "x"})
THROTTLED = httpx.Response(
    429, json={"error_code": "APIGW.0308", "error_msg": "policy user over ratelimit,limit:100,time:1 minute"}
)


class Fresh(Credential):
    """Another secret for every attempt."""

    kind: ClassVar[Kind] = Kind.TOKEN
    one_request: ClassVar[bool] = False

    def __init__(self, scope: str = "a") -> None:
        self._scope = scope
        self._made = 0
        self.refused = False

    @property
    @override
    def scope(self) -> str:
        return self._scope

    @override
    def attempt(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    @override
    def check(self) -> None:
        if self.refused:
            raise KnownRefusal("x")

    @override
    def authorise(self, method: str, host: str, target: str) -> Mapping[str, str]:
        self._made += 1
        return {"X-Auth-Token": f"secret {self._made}"}


class OneRequest(Fresh):
    """Good for one request."""

    one_request: ClassVar[bool] = True


@dataclass
class Line(httpx.AsyncBaseTransport):
    """Answers the calls as it is told, each after some virtual seconds."""

    answer: Callable[[int], httpx.Response] = lambda _: OK
    seconds: float = 0
    secrets: list[str] = field(default_factory=list)

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.secrets.append(request.headers["x-auth-token"])
        told = self.answer(len(self.secrets))
        await asyncio.sleep(self.seconds)
        return httpx.Response(told.status_code, stream=httpx.ByteStream(told.content))


class Desk:
    """An upstream over a line, and what was counted of its calls."""

    def __init__(self, line: Line, **settings: Any) -> None:
        loop = asyncio.get_running_loop()
        given = load({}, env_file=None, upstream_url="http://127.0.0.1", project_id=PROJECT, **settings)
        self.upstream = build_upstream(given, line, loop.time)
        self.line = line
        self.reads: list[Attempts] = []

    @property
    def counted(self) -> int:
        """The calls of all reads."""
        return sum(len(attempts.made) for attempts in self.reads)

    async def read(
        self, credential: Credential | None = None, *, project: str = PROJECT, covered: bool = False
    ) -> object:
        """One read."""
        self.reads.append(Attempts())
        return await self.upstream.read(
            THUMBNAIL_TASKS,
            project,
            {},
            Span(0, 100),
            credential or Fresh(),
            covered=covered,
            attempts=self.reads[-1],
        )

    async def problem(self, **arguments: Any) -> BaseException | None:
        """What a read raises, if anything."""
        (result,) = await asyncio.gather(self.read(**arguments), return_exceptions=True)
        return result if isinstance(result, BaseException) else None


def play(scene: Callable[[], Awaitable[None]]) -> None:
    """Runs a scene in virtual time."""

    async def whole() -> None:
        await scene()

    virtual_time.run(whole)


def test_each_attempt_is_authorised_afresh_and_counted() -> None:
    """A signature has a date; the second attempt must not send the first one's."""

    async def scene() -> None:
        desk = Desk(Line(lambda number: BROKEN if number < 3 else OK))
        await desk.read()
        assert desk.line.secrets == ["secret 1", "secret 2", "secret 3"]
        assert desk.counted == 3

    play(scene)


@pytest.mark.parametrize("answer", [REFUSED, THROTTLED], ids=["401", "429"])
def test_a_refusal_and_a_limit_are_one_call(answer: httpx.Response) -> None:
    """The vendor locks a key after five refused signatures, and counts throttled calls."""

    async def scene() -> None:
        desk = Desk(Line(lambda _: answer))
        assert isinstance(await desk.problem(), Unauthenticated | RateLimited)
        assert desk.counted == 1

    play(scene)


def test_a_credential_for_one_request_and_a_covered_read_try_once() -> None:
    """The one could not be let in again, for the other a copy stands in."""

    async def scene() -> None:
        desk = Desk(Line(lambda _: BROKEN))
        assert isinstance(await desk.problem(credential=OneRequest()), UpstreamUnavailable)
        assert isinstance(await desk.problem(covered=True), UpstreamUnavailable)
        assert desk.counted == 2

    play(scene)


def test_a_429_cools_its_project_down_for_all() -> None:
    """Also for those who wait for a place, and for no other project; then the upstream is asked again."""

    async def scene() -> None:
        desk = Desk(Line(lambda number: THROTTLED if number == 1 else OK, seconds=1), upstream_concurrency=1)
        problems = await asyncio.gather(*(desk.problem() for _ in range(5)))
        assert [type(problem) for problem in problems] == [RateLimited] * 5
        assert desk.counted == 1
        assert await desk.problem(project="other") is None
        await asyncio.sleep(30)
        late = await desk.problem()
        assert isinstance(late, RateLimited)
        assert late.retry_after == pytest.approx(29, abs=0.11)
        await asyncio.sleep(late.retry_after)
        assert await desk.problem() is None
        assert desk.counted == 3

    play(scene)


def test_a_strangers_429_cools_nobody_else_down() -> None:
    """Until it has read the project, its quota may be another tenant's."""

    async def scene() -> None:
        desk = Desk(Line(lambda number: THROTTLED if number in {1, 3} else OK))
        stranger, reader = Fresh("stranger"), Fresh("reader")
        assert isinstance(await desk.problem(credential=stranger), RateLimited)
        assert isinstance(await desk.problem(credential=stranger), RateLimited)
        assert desk.counted == 1
        assert await desk.problem(credential=reader) is None
        assert isinstance(await desk.problem(credential=reader), RateLimited)
        assert isinstance(await desk.problem(credential=Fresh("third")), RateLimited)
        assert desk.counted == 3

    play(scene)


def test_a_refusal_stops_the_calls_that_wait() -> None:
    """What waited for a place asks its credential again, before the budget pays."""

    async def scene() -> None:
        desk = Desk(Line(seconds=1), upstream_concurrency=1, upstream_calls_per_minute=2, upstream_scope_percent=100)
        credential = Fresh()
        tasks = [asyncio.create_task(desk.problem(credential=credential)) for _ in range(5)]
        await asyncio.sleep(0.5)
        credential.refused = True
        assert [type(problem) for problem in await asyncio.gather(*tasks)] == [NoneType] + 4 * [KnownRefusal]
        assert desk.counted == 1
        assert await desk.problem() is None

    play(scene)


def test_a_dead_upstream_is_left_alone_and_found_again() -> None:
    """A minute of reads, ten a second: a handful of calls while it is dead, and all goes on when it is back."""

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        line = Line(lambda _: BROKEN if loop.time() < 60 else OK)
        desk = Desk(line)
        while loop.time() < 60:
            problem = await desk.problem()
            assert isinstance(problem, UpstreamUnavailable)
            assert isinstance(problem, CircuitOpen) or desk.counted < 15
            await asyncio.sleep(0.1)
        assert desk.counted <= 5 + 5
        while await desk.problem() is not None:  # noqa: ASYNC110  readers poll, and virtual time jumps
            await asyncio.sleep(0.1)
        assert loop.time() <= 60 + 16
        other = [await desk.problem() for _ in range(100)]
        assert other == [None] * 100

    play(scene)


def test_a_project_that_fails_does_not_stop_another() -> None:
    """Its breaker is its own."""

    async def scene() -> None:
        desk = Desk(Line(lambda number: BROKEN if number <= 5 else OK), upstream_attempts=1)
        for _ in range(5):
            await desk.problem()
        assert isinstance(await desk.problem(), CircuitOpen)
        assert await desk.problem(project="other") is None

    play(scene)


def test_a_slow_upstream_is_not_crowded() -> None:
    """No more calls than are allowed; the others are told in good time, and are not tried again."""

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        desk = Desk(Line(seconds=4), upstream_concurrency=10, upstream_queue_seconds=2)
        problems = await asyncio.gather(*(desk.problem() for _ in range(30)))
        assert sum(problem is None for problem in problems) == 10
        assert sum(isinstance(problem, Crowded) for problem in problems) == 20
        assert desk.counted == 10
        assert loop.time() == pytest.approx(4)

    play(scene)


def test_no_call_is_paid_for_that_is_not_made() -> None:
    """Where the circuit is open, or no place is free, the budget of calls stays as it is."""

    async def scene() -> None:
        desk = Desk(
            Line(lambda number: BROKEN if number <= 5 else OK),
            upstream_calls_per_minute=6,
            upstream_scope_percent=100,
            upstream_attempts=1,
        )
        for _ in range(50):
            await desk.problem()
        assert desk.counted == 5
        await asyncio.sleep(5)
        assert await desk.problem() is None
        assert isinstance(await desk.problem(), RateLimited)

    play(scene)


def test_an_attempt_pays_like_a_read() -> None:
    """The vendor counts requests; and a retry that cannot be paid for ends the read."""

    async def scene() -> None:
        desk = Desk(Line(lambda _: BROKEN), upstream_calls_per_minute=2, upstream_scope_percent=100)
        problem = await desk.problem()
        assert isinstance(problem, RateLimited)
        assert desk.counted == 2

    play(scene)


def test_one_scope_leaves_half_of_the_budget_to_others() -> None:
    """And covered reads leave a reserve to those who have nothing."""

    async def scene() -> None:
        desk = Desk(Line(), upstream_calls_per_minute=100)
        for scope, covered in (("a", False), ("b", True), ("c", False)):
            while await desk.problem(credential=Fresh(scope), covered=covered) is None:
                pass
            assert desk.counted == {"a": 50, "b": 80, "c": 100}[scope]

    play(scene)


def test_attempts_end_with_the_read() -> None:
    """Two attempts of five seconds are cut at eight, as a timeout that counts as the upstream's failure."""

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        desk = Desk(Line(seconds=60), breaker_failures=2)
        assert isinstance(await desk.problem(), UpstreamTimeout)
        assert loop.time() == pytest.approx(8)
        assert desk.counted == 2
        assert isinstance(await desk.problem(), CircuitOpen)

    play(scene)
