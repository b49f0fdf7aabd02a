import asyncio

import pytest

from gateway.errors import GatewayError, leaves
from gateway.upstream.attempts import Attempt
from tests.upstream.test_calls import BROKEN, OK, Desk, Line, play


def test_each_attempt_is_told_with_its_end() -> None:
    """A refusal of the upstream with what it said of itself, an answer with its status."""

    async def scene() -> None:
        desk = Desk(Line(lambda turn: BROKEN if turn < 3 else OK))
        await desk.read()
        [attempts] = desk.reads
        assert [attempt.outcome for attempt in attempts.made] == ["UPSTREAM_UNAVAILABLE", "UPSTREAM_UNAVAILABLE", "ok"]
        refused = {"status": 503, "errorCode": "APIGW.0613"}
        assert [attempt.upstream for attempt in attempts.made] == [refused, refused, {"status": 200}]
        assert all(attempt.seconds is not None for attempt in attempts.made)
        assert attempts.refused_by is None

    play(scene)


def test_who_refused_a_call_is_told() -> None:
    """The breaker before any call, the budget after the first attempt; neither is an attempt."""

    async def scene() -> None:
        desk = Desk(Line(lambda _: BROKEN), breaker_failures=1, upstream_attempts=1)
        for _ in range(2):
            await desk.problem()
        assert [(len(read.made), read.refused_by) for read in desk.reads] == [(1, None), (0, "breaker")]
        desk = Desk(Line(lambda _: BROKEN), upstream_calls_per_minute=2, upstream_scope_percent=50)
        await desk.problem()
        assert [(len(read.made), read.refused_by) for read in desk.reads] == [(1, "quota")]

    play(scene)


@pytest.mark.parametrize("kind", list(leaves()))
def test_a_failed_attempt_is_named_by_its_code(kind: type[GatewayError]) -> None:
    """Whatever the failure; only what the upstream said of itself goes with it."""
    details = {"upstream": {"status": 400}, "token": "t"}
    problem = kind.__new__(kind)
    GatewayError.__init__(problem, "message", **details)
    attempt = Attempt()
    with pytest.raises(kind), attempt:
        raise problem
    assert (attempt.outcome, attempt.upstream) == (kind.code, {"status": 400})


@pytest.mark.parametrize(
    ("problem", "outcome"), [(asyncio.CancelledError(), "cancelled"), (KeyError("t"), "INTERNAL_SERVER_ERROR")]
)
def test_other_ends_have_names_too(problem: BaseException, outcome: str) -> None:
    """A call that nobody waits for any more, and a defect."""
    attempt = Attempt()
    assert Attempt().outcome is None  # while it is under way
    with pytest.raises(type(problem)), attempt:
        raise problem
    assert (attempt.outcome, attempt.upstream) == (outcome, {})
