import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from gateway.emulator import Emulator, Tenant
from gateway.observability.logs import access_log
from gateway.settings import load
from gateway.web.app import create_app
from tests.support.house import PAGE, PROJECT, TOKEN

TITLED = {"X-Auth-Token": TOKEN}


@asynccontextmanager
async def logged(level: str = "info") -> AsyncIterator[tuple[httpx.AsyncClient, io.StringIO, Emulator]]:
    """A client of a gateway, and what the gateway's access log gets."""
    emulator = Emulator([Tenant(PROJECT, tokens=[TOKEN], size=250, clean=True)])
    stream = io.StringIO()
    app = create_app(
        load({}, env_file=None, upstream_url="http://127.0.0.1", project_id=PROJECT),
        transport=httpx.ASGITransport(emulator.app),
        log=access_log("json", level, stream),
    )
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")
    async with app.router.lifespan_context(app), client:
        yield client, stream, emulator
        await asyncio.sleep(0)  # lines are written at the end of a turn of the event loop


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """The lines written."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def test_a_request_is_one_line() -> None:
    """Who asked what, how it went, and what it cost; no token, and only a short digest of the scope."""
    async with logged() as (client, stream, _):
        asked = {"query": PAGE, "variables": {"first": 150}}
        await client.post("/graphql", json=asked, headers=TITLED)
        answer = await client.post("/graphql", json=asked, headers=TITLED)
    first, second = lines(stream)
    assert second["request_id"] == answer.headers["x-request-id"] != first["request_id"]
    expected = {"operation": "Page", "outcome": "ok", "code": None, "status": 200, "path": "/graphql", "method": "POST"}
    assert {name: first[name] for name in expected} == expected
    assert [line["upstream_calls"] for line in (first, second)] == [2, 0]
    assert first["ms"] > 0
    assert len(first["scope"]) == 12
    assert first["scope"] == second["scope"]
    assert TOKEN not in stream.getvalue()


@pytest.mark.parametrize(
    ("query", "headers", "outcome", "code", "status"),
    [
        ("{ thumbnailTasks { totalCount } }", {}, "refused", "UNAUTHENTICATED", 401),
        ("{ thumbnailTasks { totalCount } }", {"X-Auth-Token": "wrong"}, "failed", "UNAUTHENTICATED", 200),
        ("{ a: thumbnailTasks { totalCount } b: thumbnailTasks(first: -1) { totalCount } }", TITLED, "partial",
         "BAD_USER_INPUT", 200),
        ("{ nonsense }", TITLED, "refused", "GRAPHQL_VALIDATION_FAILED", 422),
        ("{", TITLED, "refused", "GRAPHQL_PARSE_FAILED", 400),
        ("{ __typename }", {}, "ok", None, 200),
    ],
)  # fmt: skip
async def test_the_line_tells_how_it_went(
    query: str, headers: dict[str, str], outcome: str, code: str | None, status: int
) -> None:
    """Outcome and code, also where nothing was executed."""
    async with logged() as (client, stream, _):
        await client.post("/graphql", json={"query": query}, headers={**headers, "Accept": "application/json"})
    [line] = lines(stream)
    assert (line["outcome"], line["code"], line["status"]) == (outcome, code, status)


async def test_the_id_of_a_client_is_kept_where_it_is_one() -> None:
    """Else it gets a new one: no stranger's text enters the log or the headers by it."""
    async with logged() as (client, stream, _):
        for sent in ("abc-DEF_1.2", "no blanks", "x" * 65, "ä", ""):
            answer = await client.get("/livez", headers=[(b"X-Request-Id", sent.encode())])
            got = answer.headers["x-request-id"]
            assert (got == sent) == (sent == "abc-DEF_1.2")
            assert len(got) in {len("abc-DEF_1.2"), 32}
    assert lines(stream) == []  # probes are not worth a line


async def test_a_strangers_path_is_not_written() -> None:
    """It might be a secret; that nothing is there is."""
    async with logged("debug") as (client, stream, _):
        await client.get(f"/{TOKEN}?{TOKEN}")
        await client.get(f"/livez?{TOKEN}")
    stranger, probe = lines(stream)
    assert (stranger["path"], stranger["status"]) == (None, 404)
    assert (probe["path"], probe["level"]) == ("/livez", "debug")
    assert TOKEN not in stream.getvalue()


async def test_a_client_that_left_is_told() -> None:
    """Its line has no status, for there was no answer."""
    async with logged() as (client, stream, emulator):
        emulator.fault("hang", seconds=60)
        body = json.dumps({"query": PAGE}).encode()
        asked = asyncio.Event()
        app = client._transport.app  # type: ignore[attr-defined]
        messages = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop()
            asked.set()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            raise AssertionError(message)

        headers = [(b"x-auth-token", TOKEN.encode()), (b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
        await app({**scope, "state": {}}, receive, send)
        assert asked.is_set()
    [line] = lines(stream)
    assert (line["outcome"], line["status"], line["operation"]) == ("gone", None, "Page")


async def test_ids_differ() -> None:
    """Those that are made up, of one gateway and of two."""
    ids = set()
    for _ in range(2):
        async with logged() as (client, _stream, _):
            ids |= {(await client.get("/livez")).headers["x-request-id"] for _ in range(2)}
    assert len(ids) == 4
    assert {len(each) for each in ids} == {32}
