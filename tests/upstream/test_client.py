import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
import pytest

from gateway.errors import (
    Forbidden,
    GatewayError,
    Unauthenticated,
    Unavailable,
    UpstreamInvalidResponse,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from gateway.paging.window import Span
from gateway.upstream.client import UpstreamClient
from gateway.upstream.endpoints import SNAPSHOTS, THUMBNAIL_TASKS
from gateway.upstream.models import Answer, SnapshotRow, TaskRow
from gateway.upstream.transport import ExactTransport
from tests.support.raw_server import PATIENCE, RawServer, Reply, answer, drip, octets, raw_server, reset, silence

PROJECT = "0123456789abcdef0123456789abcdef"
GOOD = b'{"total":1,"thumbnails":[{"task_id":"a"}]}'
ANSWER = Answer(total=1, readable=[TaskRow(task_id="a")])
MOST = 1 << 20


def token(method: str, host: str, target: str) -> Mapping[str, str]:
    """Authorises by a token, whatever the request."""
    assert (method, target.startswith("/v1/")) == ("GET", True)
    return {"X-Auth-Token": "t0ken", "X-Saw-Host": host}


@asynccontextmanager
async def client_of(origin: str, *, seconds: float = PATIENCE) -> AsyncIterator[UpstreamClient]:
    """A client over the real transport."""
    client = UpstreamClient(
        ExactTransport(max_connections=10, connect_timeout=5),
        origin=origin,
        timeout=seconds,
        max_answer_octets=MOST,
        user_agent="vod-graphql-gateway/0",
    )
    try:
        yield client
    finally:
        await client.aclose()


async def read(client: UpstreamClient, **filters: str) -> Answer[TaskRow]:
    """The first rows of the listing of tasks."""
    return await asyncio.wait_for(client.read(THUMBNAIL_TASKS, PROJECT, filters, Span(0, 100), token), PATIENCE)


@asynccontextmanager
async def failing(reply: Reply, kind: type[GatewayError], *, seconds: float = PATIENCE) -> AsyncIterator[RawServer]:
    """A server whose reply leads to an error of this kind, after which the client lets its connection go."""
    async with raw_server(reply) as server, client_of(server.url, seconds=seconds) as client:
        with pytest.raises(GatewayError) as caught:
            await read(client)
        assert type(caught.value) is kind, caught.value
        assert "t0ken" not in repr((caught.value.message, caught.value.extensions))
        await server.until_gone()
        yield server


async def test_the_request_on_the_wire() -> None:
    """Line and headers to the octet: filters, limit and offset sorted and quoted, and nothing that is not ours."""
    async with raw_server(answer(GOOD)) as server, client_of(server.url) as client:
        await read(client, task_id="a b+c/~é=&*", asset_id="x")
        host = server.url.removeprefix("http://")
        head, *headers = server.requests[0].decode().strip().split("\r\n")
        assert head == (
            f"GET /v1/{PROJECT}/asset/thumbnails?asset_id=x&limit=100&offset=0&"
            "task_id=a%20b%2Bc%2F~%C3%A9%3D%26%2A HTTP/1.1"
        )
        sent = {name.lower(): value for name, _, value in (line.partition(": ") for line in headers)}
        assert sent == {
            "host": host,
            "accept": "application/json",
            "accept-encoding": "gzip",
            "user-agent": "vod-graphql-gateway/0",
            "x-auth-token": "t0ken",
            "x-saw-host": host,
        }


async def test_the_request_for_snapshots() -> None:
    """The other listing has its own path, and its rows are pictures."""
    body = b'{"total":1,"thumbnail_result":[{"offset":1,"url":"https://example.com/1.jpg"}]}'
    async with raw_server(answer(body)) as server, client_of(server.url) as client:
        found = await client.read(SNAPSHOTS, PROJECT, {"task_id": "t"}, Span(99, 100), token)
        assert found.rows == [SnapshotRow(url="https://example.com/1.jpg", offset=1)]
        line = server.requests[0].split(b"\r\n")[0].decode()
        assert line == f"GET /v1/{PROJECT}/asset/thumbnail/details?limit=100&offset=99&task_id=t HTTP/1.1"


async def test_calls_share_a_connection_and_no_cookies() -> None:
    """Errors with a whole body included: they leave the connection usable."""
    replies = iter([answer(GOOD, "Set-Cookie: a=b"), answer(b"{}", status="403 Forbidden"), answer(GOOD)])

    async def reply(writer: asyncio.StreamWriter) -> None:
        await next(replies)(writer)

    async with raw_server(reply) as server, client_of(server.url) as client:
        assert await read(client) == ANSWER
        with pytest.raises(Forbidden):
            await read(client)
        assert await read(client) == ANSWER
        assert server.connections == 1
        assert b"cookie" not in b"".join(server.requests).lower()


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("coding", ["gzip", "GZIP", "identity", ""])
async def test_an_answer_in_any_pieces(coding: str, size: int) -> None:
    """Compressed or not, and wherever the chunks are cut."""
    body = gzip.compress(GOOD) if coding.lower() == "gzip" else GOOD
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    head = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: {coding}\r\n\r\n"
    async with raw_server(octets(head.encode() + chunks)) as server, client_of(server.url) as client:
        assert await read(client) == ANSWER


async def test_a_redirect_is_no_answer() -> None:
    """Nothing is asked where it points, token or not."""
    async with raw_server(answer(GOOD)) as elsewhere:
        location = f"Location: {elsewhere.url}/"
        async with raw_server(answer(b"", location, status="302 Found")) as server, client_of(server.url) as client:
            with pytest.raises(UpstreamInvalidResponse) as caught:
                await read(client)
            assert caught.value.details["upstream"] == {"status": 302}
        assert elsewhere.requests == []


async def test_silence_ends_with_the_timeout() -> None:
    """Nothing comes at all."""
    async with failing(silence, UpstreamTimeout, seconds=0.1):
        pass


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Padding: endless\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    ],
)
async def test_a_slow_drip_ends_with_the_timeout(head: bytes, piece: bytes) -> None:
    """No single read is slow, but the whole call is bounded: body, headers, and answers before the answer."""
    async with failing(drip(head, piece), UpstreamTimeout, seconds=0.3):
        pass


async def test_nobody_listens() -> None:
    """A port that refuses connections is an upstream that is not available."""
    async with raw_server(silence) as server:
        pass
    async with client_of(server.url) as client:
        with pytest.raises(UpstreamUnavailable):
            await read(client)


async def test_a_host_without_an_address() -> None:
    """The name of the upstream leads nowhere (RFC 6761: `invalid` never does)."""
    async with client_of("http://nowhere.invalid") as client:
        with pytest.raises(UpstreamUnavailable):
            await read(client)


HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + GOOD[:20]


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", HALF], ids=["before", "headers", "body"])
@pytest.mark.parametrize("ending", ["reset", "close"])
async def test_a_lost_connection(data: bytes, ending: str) -> None:
    """Reset or closed, before the headers, in them or in the body: not available, not late."""
    reply = reset(data) if ending == "reset" else octets(data, end=True)
    async with raw_server(reply) as server, client_of(server.url) as client:
        with pytest.raises(UpstreamUnavailable):
            await read(client)


@pytest.mark.parametrize("rest", [b"zz\r\nhello\r\n", b"5\r\nhelloo\r\n", b"5\r\nhel"])
async def test_a_body_that_breaks_the_rules_later_on(rest: bytes) -> None:
    """The headers were good and are read already when the chunks turn out to be none; aiohttp may only fall silent."""
    reply = octets(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", rest, end=True)
    async with raw_server(reply) as server, client_of(server.url, seconds=0.2) as client:
        with pytest.raises(Unavailable):
            await read(client)


async def test_what_is_no_http() -> None:
    """A peer that speaks something else."""
    async with failing(octets(b"220 smtp.example.com ESMTP\r\n\r\n"), UpstreamUnavailable):
        pass


def compressed(body: bytes, coding: str) -> bytes:
    """A body in a coding."""
    return gzip.compress(body) if coding == "gzip" else body


@pytest.mark.parametrize("coding", ["gzip", "identity"])
async def test_the_size_of_an_answer_is_bounded(coding: str) -> None:
    """The greatest answer is read, one octet more is refused; it counts what comes out of the decompression."""
    for more in (0, 1):
        body = GOOD + b" " * (MOST - len(GOOD) + more)
        reply = answer(compressed(body, coding), f"Content-Encoding: {coding}")
        async with raw_server(reply) as server, client_of(server.url) as client:
            if more:
                with pytest.raises(UpstreamInvalidResponse):
                    await read(client)
            else:
                assert await read(client) == ANSWER


@pytest.mark.parametrize("coding", ["gzip", "identity"])
async def test_a_flood_costs_no_more_memory_than_a_good_answer(coding: str) -> None:
    """Octets without an end, or a bomb that a thousandth of its size sets off: the client leaves in the middle."""
    blanks = zlib.compressobj(wbits=31) if coding == "gzip" else None
    bomb = blanks.compress(b" " * (100 * MOST)) if blanks else b" " * 65_536
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nConnection: close\r\n\r\n"
    tracemalloc.start()
    try:
        async with failing(drip(head.encode(), bomb, pause=0), UpstreamInvalidResponse):
            _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * MOST


async def test_octets_behind_the_compressed_end_are_not_gathered() -> None:
    """What follows a gzip stream is no part of the answer, and is not kept in memory until the connection ends."""
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
    async with failing(drip(head + gzip.compress(GOOD), b"x" * 1000), UpstreamInvalidResponse):
        pass


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "gzip, gzip", "x"])
async def test_a_coding_that_was_not_asked_for(coding: str) -> None:
    """The answer cannot be read, so it is none."""
    async with raw_server(answer(GOOD, f"Content-Encoding: {coding}")) as server, client_of(server.url) as client:
        with pytest.raises(UpstreamInvalidResponse):
            await read(client)


@pytest.mark.parametrize("sent", [GOOD, gzip.compress(GOOD, mtime=0)[:-9], gzip.compress(GOOD, mtime=0)[:10], b""])
async def test_what_is_not_gzip(sent: bytes) -> None:
    """Not compressed at all, cut short, or empty."""
    async with raw_server(answer(sent, "Content-Encoding: gzip")) as server, client_of(server.url) as client:
        with pytest.raises(UpstreamInvalidResponse):
            await read(client)


@pytest.mark.parametrize(
    ("sent", "header"),
    [
        (b"", "Content-Encoding: gzip"),
        (b"\x8b\x03\x80x\x03", "Content-Encoding: br"),
        (b"<html>" + b" " * 2 * MOST, "Content-Type: text/html"),
    ],
    ids=["empty gzip", "brotli", "huge"],
)
@pytest.mark.parametrize(("status", "kind"), [("401 Unauthorized", Unauthenticated), ("503 Busy", UpstreamUnavailable)])
async def test_a_failure_is_told_by_its_status_where_its_body_cannot_be_read(
    sent: bytes, header: str, status: str, kind: type[GatewayError]
) -> None:
    """A proxy's own page must not hide that a token was refused, or that the upstream is down."""
    async with raw_server(answer(sent, header, status=status)) as server, client_of(server.url) as client:
        with pytest.raises(kind):
            await read(client)


async def test_a_cancelled_call_closes_its_connection() -> None:
    """Cancellation is passed on, and nobody else gets the answer."""
    async with raw_server(silence) as server, client_of(server.url) as client:
        task = asyncio.create_task(read(client))
        await server.until_asked()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.until_gone()


async def test_the_host_is_the_origins() -> None:
    """Port and brackets of IPv6 included: this is what a signature covers."""
    hosts: list[str] = []

    def authorise(method: str, host: str, target: str) -> Mapping[str, str]:
        assert method == "GET"
        assert target
        hosts.append(host)
        return {}

    def respond(request: httpx.Request) -> httpx.Response:
        assert request.headers["host"] == hosts[-1]
        return httpx.Response(200, content=GOOD)

    for origin in ("https://vod.example.com", "https://vod.example.com:8443", "http://[::1]:80"):
        client = UpstreamClient(
            httpx.MockTransport(respond), origin=origin, timeout=1, max_answer_octets=MOST, user_agent="u"
        )
        assert await client.read(THUMBNAIL_TASKS, PROJECT, {}, Span(0, 1), authorise) == ANSWER
    assert hosts == ["vod.example.com", "vod.example.com:8443", "[::1]"]
