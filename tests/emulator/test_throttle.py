import httpx
import pytest

from gateway.emulator import Emulator
from gateway.emulator.answers import RefusedError
from gateway.emulator.throttle import Throttle
from tests.emulator.conftest import TASKS, Clock


def test_a_minute_holds_so_many_calls(clock: Clock) -> None:
    """The limit passes, one more does not; a minute after the first call it begins anew, each project for itself."""
    throttle = Throttle(2, clock)
    throttle.admit("a")
    clock.now += 59
    throttle.admit("a")
    with pytest.raises(RefusedError):
        throttle.admit("a")
    throttle.admit("b")
    clock.now += 1
    throttle.admit("a")


async def test_the_refusal_is_the_vendors(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """429 APIGW.0308 with limit and time in the message, and no Retry-After."""
    emulator.calls_per_minute = 1
    assert (await client.get(TASKS)).status_code == 200
    answer = await client.get(TASKS)
    assert answer.status_code == 429
    assert "retry-after" not in answer.headers
    assert answer.json() == {
        "error_code": "APIGW.0308",
        "error_msg": "The throttling threshold has been reached: policy user over ratelimit,limit:1,time:1 minute",
        "request_id": answer.headers["x-request-id"],
    }
    emulator.calls_per_minute = None
    assert (await client.get(TASKS)).status_code == 200
