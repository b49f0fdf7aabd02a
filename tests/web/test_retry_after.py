"""When an answer says that it is worth asking again."""

from typing import Any

import pytest

from gateway.graph.execution import Outcome
from gateway.web.retry_after import retry_after
from tests.support.house import PAGE, open_house

LIMITED = {"message": "x", "extensions": {"code": "RATE_LIMITED", "retryAfterSeconds": 7.2}}
SOONER = {"message": "x", "extensions": {"code": "UPSTREAM_UNAVAILABLE", "retryAfterSeconds": 1}}
LASTING = {"message": "x", "extensions": {"code": "NOT_FOUND"}}


@pytest.mark.parametrize(
    ("data", "errors", "header"),
    [
        ({"a": None}, [LIMITED], "8"),
        ({"a": None, "b": None}, [SOONER, LIMITED], "8"),
        (None, [SOONER], "1"),
        ({"a": None, "b": {"id": "1"}}, [LIMITED], None),
        ({"a": None, "b": None}, [LIMITED, LASTING], None),
        ({"a": None}, [LASTING], None),
        ({"a": None}, [], None),
        ({"a": {"id": "1"}}, [], None),
    ],
)
def test_only_an_answer_without_anything_that_will_pass_has_one(
    data: dict[str, Any] | None, errors: list[dict[str, Any]], header: str | None
) -> None:
    """The longest of the waits, in whole seconds rounded up."""
    assert retry_after(Outcome(data, errors)).get("Retry-After") == header


async def test_readers_during_a_cool_down_are_told_how_long_it_lasts() -> None:
    """The one who met the 429, and who comes later."""
    async with open_house() as house:
        house.emulator.fault("throttled", times=1)
        for later, seconds in ((0, "60"), (12.5, "48")):
            house.clock.now += later
            answer = await house.ask(PAGE)
            assert answer.codes == ["RATE_LIMITED"]
            assert answer.headers["retry-after"] == seconds
        assert house.upstream_calls == 1
        house.clock.now += 47.5
        assert (await house.ask(PAGE)).data
