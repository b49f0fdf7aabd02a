import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from gateway.upstream.request import GetRequest
from gateway.upstream.transport import ExactTransport
from tests.support.raw_server import PATIENCE, RawServer, answer, octets, raw_server, silence
from tests.support.tls import certificate


@asynccontextmanager
async def transport_of(*, max_connections: int = 10) -> AsyncIterator[ExactTransport]:
    """A transport that is closed when the block ends."""
    transport = ExactTransport(max_connections=max_connections, connect_timeout=5)
    try:
        yield transport
    finally:
        await transport.aclose()


async def get(transport: ExactTransport, origin: str, target: str, **headers: str) -> httpx.Response:
    """One request, its answer read to the end."""
    host = origin.partition("://")[2]
    response = await transport.handle_async_request(GetRequest(origin, target, {"Host": host, **headers}))
    try:
        await response.aread()
    finally:
        await response.aclose()
    return response


def lines(server: RawServer, index: int = 0) -> list[str]:
    """Request line and headers of a request."""
    return server.requests[index].decode("latin-1").strip().split("\r\n")


@pytest.mark.parametrize(
    "target", ["/a?b=a%20b%2Bc%2F~%C3%A9%3D%26%2A", "/a?b=%7e&c=%2f", "/a/../b?x=%41", "/a%2Fb/c?d", "/a?b=+&b=%2B"]
)
async def test_the_url_goes_out_as_it_was_built(target: str) -> None:
    """No octet of path and query is quoted again, unquoted or tidied away."""
    async with raw_server(answer(b"{}")) as server, transport_of() as transport:
        await get(transport, server.url, target)
        assert lines(server)[0] == f"GET {target} HTTP/1.1"


async def test_no_header_is_added() -> None:
    """What the request carries, and nothing else: no cookie, no proxy's, no library's name."""
    async with raw_server(answer(b"{}")) as server, transport_of() as transport:
        await get(transport, server.url, "/a", **{"X-Auth-Token": "t", "User-Agent": "u"})
        host = server.url.removeprefix("http://")
        assert lines(server)[1:] == [f"Host: {host}", "X-Auth-Token: t", "User-Agent: u"]


async def test_cookies_are_not_kept() -> None:
    """What one caller's answer sets is not sent with another's request."""
    async with raw_server(answer(b"{}", "Set-Cookie: session=abc; Path=/")) as server, transport_of() as transport:
        first = await get(transport, server.url, "/a")
        await get(transport, server.url, "/a")
        assert first.headers["set-cookie"].startswith("session=abc")
        assert "cookie" not in server.requests[1].decode().lower()


async def test_redirects_are_not_followed() -> None:
    """The redirect is the answer, and nothing goes where it points."""
    async with raw_server(answer(b"{}")) as elsewhere, transport_of() as transport:
        reply = answer(b"", f"Location: {elsewhere.url}/stolen", status="307 Temporary Redirect")
        async with raw_server(reply) as server:
            response = await get(transport, server.url, "/a", **{"X-Auth-Token": "t"})
        assert response.status_code == 307
        assert elsewhere.requests == []


async def test_a_connection_serves_many_requests() -> None:
    """One after the other they share one connection."""
    async with raw_server(answer(b"{}")) as server, transport_of() as transport:
        for _ in range(5):
            await get(transport, server.url, "/a")
        assert (server.connections, len(server.requests)) == (1, 5)


async def test_a_request_goes_out_once() -> None:
    """Also where its kept-alive connection dies before the answer: whether to ask again is the caller's business."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        first = len(server.requests) == 1
        await (answer(b"{}") if first else octets(b"", end=True))(writer)

    async with raw_server(reply) as server, transport_of() as transport:
        await get(transport, server.url, "/0")
        with pytest.raises(httpx.HTTPError):
            await get(transport, server.url, "/1")
        assert [lines(server, index)[0] for index in range(len(server.requests))] == [
            "GET /0 HTTP/1.1",
            "GET /1 HTTP/1.1",
        ]
        assert server.connections == 1


async def test_connections_are_bounded() -> None:
    """The request that is one too many waits for a connection of another's."""
    released = asyncio.Event()

    async def reply(writer: asyncio.StreamWriter) -> None:
        await released.wait()
        await answer(b"{}")(writer)

    async with raw_server(reply) as server, transport_of(max_connections=2) as transport:
        tasks = [asyncio.create_task(get(transport, server.url, "/a")) for _ in range(6)]
        await server.until_asked(2)
        released.set()
        await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE)
        assert (server.connections, len(server.requests)) == (2, 6)


async def test_closing_ends_the_connections() -> None:
    """Kept-alive connections end with the transport, which may be closed twice or unused."""
    async with raw_server(answer(b"{}")) as server:
        async with transport_of() as transport:
            await get(transport, server.url, "/a")
        await server.until_gone()
        await transport.aclose()
    async with transport_of():
        pass


async def test_a_cancelled_request_closes_its_connection() -> None:
    """Nobody waits for the answer, so nobody may get it."""
    async with raw_server(silence) as server, transport_of() as transport:
        task = asyncio.create_task(get(transport, server.url, "/a"))
        await server.until_asked()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.until_gone()


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "data",
    [
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 999999 Odd\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\nBad header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Padding: endless\r\n" * 100_000 + b"\r\n",
        CHUNKED + b"zz\r\nhello\r\n",
        CHUNKED + b"5\r\nhel",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhel",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"",
    ],
    ids=lambda data: data[9:60].decode(),
)
async def test_what_is_no_http_is_an_error_of_httpx(data: bytes) -> None:
    """Foreign exceptions stop here, whatever the peer sends, and the connection is not used again."""
    async with raw_server(octets(data, end=True)) as server, transport_of() as transport:
        with pytest.raises(httpx.HTTPError):
            await asyncio.wait_for(get(transport, server.url, "/a"), PATIENCE)
        with pytest.raises(httpx.HTTPError):
            await asyncio.wait_for(get(transport, server.url, "/a"), PATIENCE)
        assert server.connections >= 2


async def test_an_announcement_is_not_the_answer() -> None:
    """What comes before the answer with a status of 1xx is passed over (RFC 9110, section 15.2)."""
    announced = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    answered = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    async with raw_server(octets(announced + answered)) as server, transport_of() as transport:
        response = await get(transport, server.url, "/a")
        assert (response.status_code, response.content) == (200, b"{}")


async def test_an_answer_that_is_not_read_to_its_end_closes_its_connection() -> None:
    """What is left of it must not be taken for the next one."""
    half = octets(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    async with raw_server(half) as server, transport_of() as transport:
        response = await transport.handle_async_request(GetRequest(server.url, "/a", {"Host": "h"}))
        await response.aclose()
        await server.until_gone()


async def test_octets_behind_an_answer_close_its_connection() -> None:
    """A second answer that nobody asked for is given to nobody."""
    one = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    async with raw_server(octets(one + one.replace(b"{}", b"[]"))) as server, transport_of() as transport:
        for _ in range(3):
            assert (await get(transport, server.url, "/a")).content == b"{}"
        assert server.connections == 3


@pytest.mark.parametrize("late", [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", b"HTTP/1.1 408", b"no HTTP\r\n"])
async def test_what_comes_while_nobody_asks_is_nobodys_answer(late: bytes) -> None:
    """The next caller would get it, and the one after the next theirs."""
    async with raw_server(answer(b"{}")) as server, transport_of() as transport:
        await get(transport, server.url, "/0")
        await server.say(late)
        await asyncio.sleep(0.02)  # until it has come, which nothing tells
        found = []
        for number in (1, 2, 3):
            with suppress(httpx.HTTPError):
                found.append((await get(transport, server.url, f"/{number}")).content)
        assert set(found) == {b"{}"}
        assert len(found) >= 2


async def test_a_protocol_that_nobody_asked_for_ends_the_connection() -> None:
    """Whatever comes behind the switch is no answer of HTTP."""
    switch = octets(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
    async with raw_server(switch) as server, transport_of() as transport:
        for _ in range(2):
            assert (await get(transport, server.url, "/a")).status_code == 101
        assert server.connections == 2


async def test_a_connection_that_does_not_come_is_a_timeout_of_httpx() -> None:
    """Here the peer accepts, and then says nothing to the beginning of TLS."""
    async with raw_server(silence) as server:
        transport = ExactTransport(max_connections=1, connect_timeout=0.05)
        with pytest.raises(httpx.ConnectTimeout):
            await asyncio.wait_for(get(transport, server.url.replace("http:", "https:"), "/a"), PATIENCE)
        await transport.aclose()


async def test_only_written_requests_are_sent() -> None:
    """A request of httpx's own may hold a body, which this transport would leave out."""
    async with raw_server(answer(b"{}")) as server, transport_of() as transport:
        with pytest.raises(httpx.UnsupportedProtocol):
            await transport.handle_async_request(httpx.Request("GET", server.url))
        assert server.requests == []


@pytest.mark.parametrize(("host", "known"), [("127.0.0.1", True), ("127.0.0.1", False), ("localhost", True)])
async def test_an_upstream_with_tls_has_to_prove_who_it_is(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    known: bool,  # noqa: FBT001
) -> None:
    """By a certificate of a known authority, for the name that it is asked by; else it gets no request."""
    crt, key = certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(crt, key)
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(crt))
    async with raw_server(answer(b"{}"), tls) as server, transport_of() as transport:
        url = server.url.replace("127.0.0.1", host)
        if known and host == "127.0.0.1":
            assert (await get(transport, url, "/a")).content == b"{}"
        else:
            with pytest.raises(httpx.HTTPError):
                await get(transport, url, "/a")
            assert server.requests == []
