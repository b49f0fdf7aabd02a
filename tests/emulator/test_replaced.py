import gzip
import json

import httpx
import pytest

from gateway.emulator import Emulator
from tests.emulator.conftest import TASKS


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 418, 429, 500, 502, 503, 504])
async def test_any_status_with_a_vendors_body(client: httpx.AsyncClient, emulator: Emulator, status: int) -> None:
    """A status comes with a plausible code; those of the API gateway carry the request id in the body."""
    emulator.fault("status", status=status)
    answer = await client.get(TASKS)
    assert answer.status_code == status
    body = answer.json()
    assert body["error_msg"]
    assert ("request_id" in body) == body["error_code"].startswith("APIGW.")
    assert body.get("request_id", answer.headers["x-request-id"]) == answer.headers["x-request-id"]


async def test_code_and_message_can_be_chosen(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """For business states that share a status, such as a missing asset."""
    emulator.fault("status", status=403, code="VOD.10062", message="The asset does not exist.")
    answer = await client.get(TASKS)
    assert answer.json() == {"error_code": "VOD.10062", "error_msg": "The asset does not exist."}


async def test_throttled(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """429 in the vendor's words, with a Retry-After only where it was asked for."""
    emulator.fault("throttled", times=1)
    emulator.fault("throttled", limit=7, retry_after=2, times=1)
    plain, other = [await client.get(TASKS) for _ in range(2)]
    assert plain.json()["error_msg"].endswith("policy user over ratelimit,limit:100,time:1 minute")
    assert "retry-after" not in plain.headers
    assert (other.status_code, other.headers["retry-after"]) == (429, "2")
    assert "limit:7," in other.json()["error_msg"]


@pytest.mark.parametrize("status", [200, 502])
async def test_html(client: httpx.AsyncClient, emulator: Emulator, status: int) -> None:
    """A page where JSON belongs."""
    emulator.fault("html", status=status)
    answer = await client.get(TASKS)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html")
    assert answer.text.startswith("<html>")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"total":', "null"])
async def test_bodies_word_for_word(client: httpx.AsyncClient, emulator: Emulator, text: str) -> None:
    """Nothing, an empty object, or any other text."""
    emulator.fault("body", text=text)
    answer = await client.get(TASKS)
    assert (answer.status_code, answer.text) == (200, text)


async def test_redirect(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """A redirect to somewhere else."""
    emulator.fault("redirect", location="http://elsewhere.test/")
    answer = await client.get(TASKS)
    assert (answer.status_code, answer.headers["location"]) == (302, "http://elsewhere.test/")


async def test_more_headers(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """The true answer, with headers that were asked for."""
    emulator.fault("headers", headers={"set-cookie": "session=1"})
    answer = await client.get(TASKS)
    assert answer.json()["total"] == 250
    assert answer.headers["set-cookie"] == "session=1"


async def test_huge(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """Megabytes that are still a valid answer, with no length announced."""
    emulator.fault("huge", megabytes=3)
    answer = await client.get(TASKS)
    assert 3 << 20 < len(answer.content) < (3 << 20) + 100
    assert "content-length" not in answer.headers
    assert answer.json() == {"total": 0, "thumbnails": []}


def test_gzip_bomb(caller: httpx.Client, emulator: Emulator) -> None:
    """Hundreds of times larger inside than on the wire, and one valid gzip stream of a valid answer."""
    emulator.fault("gzip_bomb", megabytes=5)
    with caller.stream("GET", TASKS) as answer:
        wire = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    inside = gzip.decompress(wire)
    assert len(inside) > 5 << 20
    assert len(wire) * 500 < len(inside)
    assert json.loads(inside) == {"total": 0, "thumbnails": []}
    assert caller.get(TASKS).json() == {"total": 0, "thumbnails": []}


def test_every_broken_answer_has_a_request_id(caller: httpx.Client, emulator: Emulator) -> None:
    """Whatever goes wrong in the body, the header is there and is the journal's."""
    for kind in ("status", "throttled", "html", "body", "redirect", "huge"):
        emulator.fault(kind, times=1)
        answer = caller.get(TASKS)
        assert answer.headers["x-request-id"] == emulator.journal[-1].request_id
        assert emulator.journal[-1].fault == (kind,)
