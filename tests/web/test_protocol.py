"""What uvicorn's protocol does for us beyond the hostile requests: ordinary ones have to pass."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.support.hostile import ask, head, post
from tests.support.served import Served, exchange, serve_gateway

PING = ask("{__typename}")[0]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve_gateway(request_seconds=0.3) as server:
        yield server


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """One answer from a connection that is kept alive."""
    async with asyncio.timeout(20):
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        length = next(line.partition(":")[2] for line in lines if line.startswith("content-length"))
        return int(lines[0].split()[1]), await reader.readexactly(int(length))


async def test_a_request_in_single_octets_is_answered(served: Served) -> None:
    """As long as the last of them is there in time."""
    answer = await exchange(served.port, *(PING[at : at + 1] for at in range(len(PING))))
    assert answer is not None
    assert answer.status == 200


async def test_a_head_just_below_the_limits_passes(served: Served) -> None:
    """A token of 32 KB beside another header of 60 KB."""
    answer = await exchange(
        served.port, *post('{"query":"{__typename}"}', X_Auth_Token="t" * 32_000, X_Large="x" * 60_000)
    )
    assert answer is not None
    assert answer.status == 200


async def test_requests_on_one_connection_are_counted_apart(served: Served) -> None:
    """Each may have its own 128 KB of headers, and its own time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    for _ in range(5):
        writer.write(post('{"query":"{__typename}"}', X_Large="x" * 60_000)[0])
        assert (await read_answer(reader))[0] == 200
    writer.write(PING * 3)
    assert [(await read_answer(reader))[0] for _ in range(3)] == [200] * 3
    writer.close()


async def test_a_kept_connection_that_sends_half_a_request_gets_408(served: Served) -> None:
    """The answers before it stand."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(PING + PING[:30])
    assert (await read_answer(reader))[0] == 200
    status, body = await read_answer(reader)
    assert (status, b"request_seconds" in body) == (408, True)
    writer.close()


async def test_a_body_that_nobody_waits_for_ends_with_its_time(served: Served) -> None:
    """A request refused before its body came is answered once; then the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(head(Content_Length="200000", Content_Type="text/plain") + b"x" * 10)
    assert (await read_answer(reader))[0] == 415
    async with asyncio.timeout(20):
        assert await reader.read() == b""
    writer.close()


async def test_a_trailer_is_no_header(served: Served) -> None:
    """Else a credential could be slipped in behind what a proxy has checked."""
    body = b'{"query":"{thumbnailTasks{totalCount}}"}'
    chunks = b"%x\r\n%b\r\n0\r\nX-Auth-Token: good-token\r\n\r\n" % (len(body), body)
    answer = await exchange(served.port, head(Transfer_Encoding="chunked", X_Auth_Token="") + chunks)
    assert answer is not None
    assert answer.status == 401


async def test_a_client_that_expects_to_be_told_to_go_on_is(served: Served) -> None:
    """With 100, and then the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    body = b'{"query":"{__typename}"}'
    writer.write(head(Content_Length=str(len(body)), Expect="100-continue"))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
    writer.write(body)
    assert (await read_answer(reader))[0] == 200
    writer.close()
