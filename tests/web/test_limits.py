"""The cap on concurrent requests, the deadline, and clients that go away."""

import asyncio
import json
from typing import Any

import pytest

from gateway.errors import RateLimited
from gateway.web.limits import Gate
from tests.support.house import TOKEN, House, open_house
from tests.support.waiting import WaitingUpstream


def one(task_id: str) -> str:
    """A question that costs one call."""
    return f'{{thumbnailTask(taskId: "{task_id}"){{taskId}}}}'


async def test_requests_beyond_cap_and_queue_are_refused_and_the_others_answered() -> None:
    """With 503, `Retry-After`, and a code for programs; those who waited come in their turn."""
    upstream = WaitingUpstream()
    settings: dict[str, Any] = {"max_concurrent_requests": 2, "max_waiting_requests": 3, "queue_seconds": 60}
    async with open_house(transport=upstream, **settings) as house:
        asked = [asyncio.create_task(house.ask(one(f"slow-{number}"))) for number in range(6)]
        (refused,), others = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        answer = refused.result()
        assert (answer.status, answer.headers["retry-after"]) == (503, "60")
        assert answer.errors[0]["extensions"] == {"code": "RATE_LIMITED", "retryAfterSeconds": 60}
        assert "data" not in answer.body
        upstream.release.set()
        assert [answer.status for answer in await asyncio.gather(*others)] == [200] * 5
        assert (await house.ask(one("fast"))).status == 200


async def test_a_request_that_waits_too_long_is_refused() -> None:
    """And its place in the queue is free again."""
    upstream = WaitingUpstream()
    settings: dict[str, Any] = {"max_concurrent_requests": 1, "max_waiting_requests": 1, "queue_seconds": 0.02}
    async with open_house(transport=upstream, **settings) as house:
        inside = asyncio.create_task(house.ask(one("slow")))
        await upstream.until_begun(1)
        for _ in range(2):
            assert (await house.ask(one("fast"))).status == 503
        upstream.release.set()
        assert (await inside).status == 200
        assert (await house.ask(one("fast"))).status == 200


async def test_a_gate_gives_its_places_back_whatever_happens() -> None:
    """To the next in the queue, also after an error and after a cancellation."""
    gate = Gate(most=1, waiting=2, patience=60)
    order: list[str] = []

    async def enter(name: str) -> None:
        async with gate:
            order.append(name)
            if name == "broken":
                raise ZeroDivisionError

    async with gate:
        broken, gone = asyncio.create_task(enter("broken")), asyncio.create_task(enter("gone"))
        await asyncio.sleep(0)
        with pytest.raises(RateLimited):
            await enter("refused")
        gone.cancel()
        await asyncio.wait((gone,))
        last = asyncio.create_task(enter("last"))
        await asyncio.sleep(0)
    with pytest.raises(ZeroDivisionError):
        await broken
    await last
    assert order == ["broken", "last"]


async def test_what_is_late_at_the_deadline_fails_and_the_rest_stands() -> None:
    """The late upstream calls are given up."""
    upstream = WaitingUpstream()
    async with open_house(transport=upstream, deadline_seconds=1) as house:
        query = '{fast: thumbnailTask(taskId: "fast"){taskId} slow: thumbnailTask(taskId: "slow"){taskId}}'
        answer = await house.ask(query)
        assert (answer.status, answer.codes) == (200, ["UPSTREAM_TIMEOUT"])
        assert answer.body["data"] == {"fast": {"taskId": "fast"}, "slow": None}
        assert answer.errors[0]["path"] == ["slow"]
        assert upstream.cancelled == 1


class Client:
    """An ASGI client that can go away."""

    def __init__(self, house: House, query: str) -> None:
        self.gone = asyncio.Event()
        self.sent: list[dict[str, Any]] = []
        self._body = json.dumps({"query": query}).encode()
        headers = [(b"content-type", b"application/json"), (b"x-auth-token", TOKEN.encode())]
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "query_string": b"",
            "headers": headers,
            "state": {},
        }
        self.task = asyncio.ensure_future(house.app(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if self._body:
            body, self._body = self._body, b""
            return {"type": "http.request", "body": body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.sent.append(message)


async def test_work_for_a_client_that_went_away_is_given_up() -> None:
    """Nothing is sent to it, and its upstream call ends."""
    upstream = WaitingUpstream()
    async with open_house(transport=upstream) as house:
        client = Client(house, one("slow"))
        await upstream.until_begun(1)
        client.gone.set()
        await client.task
        assert (client.sent, upstream.cancelled) == ([], 1)


async def test_work_that_somebody_else_waits_for_goes_on() -> None:
    """The one who came first may leave."""
    upstream = WaitingUpstream()
    async with open_house(transport=upstream) as house:
        first = Client(house, one("slow"))
        await upstream.until_begun(1)
        second = asyncio.create_task(house.ask(one("slow")))
        for _ in range(100):  # turns of the loop, in which the second comes to wait; else it would ask anew
            await asyncio.sleep(0)
        first.gone.set()
        await first.task
        upstream.release.set()
        assert (await second).data == {"thumbnailTask": {"taskId": "slow"}}
        assert (upstream.begun, upstream.cancelled) == (1, 0)
