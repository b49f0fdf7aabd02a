"""Hostile requests over a real socket."""

import json
import logging
import resource
from collections.abc import Iterator

import pytest

from tests.support.hostile import SETTINGS, Hostile, hostile_requests
from tests.support.served import Served, exchange, serve_gateway

REQUESTS = list(hostile_requests())

INTERNAL = (b"Traceback", b'File "', b".py", b"graphql-core", b"msgspec", b"strawberry", b"sys.set_int", b"NoneType")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve_gateway(**SETTINGS) as server:
        yield server


def test_there_are_at_least_80() -> None:
    """And no two of one name."""
    assert len({request.name for request in REQUESTS}) == len(REQUESTS) >= 80


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.name.replace(" ", "-"))
async def test_a_hostile_request_is_answered_as_it_deserves(
    served: Served, request_: Hostile, caplog: pytest.LogCaptureFixture
) -> None:
    """With its status and code, without a trace, an internal name, or what was sent; nothing is logged as a defect."""
    answer = await exchange(served.port, *request_.parts)
    assert (answer and answer.status) == request_.status
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    if answer is None:
        return
    assert len(answer.body) < 20_000
    assert not [name for name in INTERNAL if name in answer.body]
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.headers["content-type"].startswith("text/plain"):
        return
    body = json.loads(answer.body or b"{}")
    extensions = body["errors"][0]["extensions"] if "errors" in body else {}
    assert extensions.get("code") == request_.code
    if request_.reason:
        assert request_.reason in {extensions.get("reason"), extensions.get("limit")}
    assert ("data" in body) == (request_.status == 200)
    assert all(len(error["message"]) < 500 for error in body.get("errors", []))


async def test_the_gateway_is_sound_after_all_of_them(served: Served) -> None:
    """It still answers, and has not grown by what was sent."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for request in REQUESTS:
        if request.status not in {408, None}:
            await exchange(served.port, *request.parts)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB, after all were sent once
    query = next(request for request in REQUESTS if request.name == "a field 140 times")
    answer = await exchange(served.port, *query.parts)
    assert answer is not None
    assert len(json.loads(answer.body)["data"]["thumbnailTasks"]["nodes"]) == 10
