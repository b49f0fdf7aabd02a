import json
import socket
from urllib.parse import urlsplit

import httpx
import pytest

from gateway.emulator import Emulator
from tests.emulator.conftest import TASKS


def test_endless_headers(url: str, emulator: Emulator) -> None:
    """Header after header, and never the blank line that ends them."""
    emulator.fault("endless_headers", seconds=0.001)
    received = b""
    with raw_call(url) as plug:
        while received.count(b"x-padding") < 20:
            received += plug.recv(65536)
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\n\r\n" not in received


def test_hang(caller: httpx.Client, emulator: Emulator) -> None:
    """No byte comes until the caller gives up; or the true answer comes late."""
    emulator.fault("hang", times=1)
    emulator.fault("hang", seconds=0.01, times=1)
    with pytest.raises(httpx.ReadTimeout):
        caller.get(TASKS, timeout=0.2)
    assert emulator.journal[0].status is None
    assert caller.get(TASKS).json()["total"] == 250


def test_drip(caller: httpx.Client, emulator: Emulator) -> None:
    """The answer comes whole, in pieces of the size."""
    emulator.fault("drip", seconds=0.03, size=200)
    with caller.stream("GET", TASKS) as answer:
        pieces = list(answer.iter_raw())
    assert len(pieces) > 1
    assert json.loads(b"".join(pieces))["total"] == 250
    assert int(answer.headers["content-length"]) == len(b"".join(pieces))


def raw_call(url: str) -> socket.socket:
    """A call on a bare socket, its answer unread."""
    address = urlsplit(url)
    plug = socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=10)
    plug.sendall(f"GET {TASKS} HTTP/1.1\r\nHost: {address.netloc}\r\nX-Auth-Token: good-token\r\n\r\n".encode())
    return plug


def read_all(plug: socket.socket) -> bytes:
    received = b""
    while piece := plug.recv(65536):
        received += piece
    return received


def test_reset_before_the_headers(url: str, emulator: Emulator) -> None:
    """A real RST, with nothing before it."""
    emulator.fault("reset")
    with raw_call(url) as plug, pytest.raises(ConnectionResetError):
        read_all(plug)
    assert emulator.journal[0].status is None


def test_reset_inside_the_body(url: str, emulator: Emulator) -> None:
    """Headers and half of the body, then a real RST."""
    emulator.fault("reset_body")
    with raw_call(url) as plug:
        head = plug.recv(65536)
        with pytest.raises(ConnectionResetError):
            read_all(plug)
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b'{"total":250,' in head


def test_truncated(url: str, emulator: Emulator) -> None:
    """Half of the announced body, then an orderly end."""
    emulator.fault("truncated")
    with raw_call(url) as plug:
        head, _, body = read_all(plug).partition(b"\r\n\r\n")
    announced = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert len(body) == announced // 2
    assert emulator.journal[0].status == 200


@pytest.mark.parametrize("kind", ["reset", "reset_body", "truncated", "endless_headers"])
async def test_breaking_a_connection_needs_one(client: httpx.AsyncClient, emulator: Emulator, kind: str) -> None:
    """In process there is no socket: a clear error, not a wrong test."""
    emulator.fault(kind)
    with pytest.raises(RuntimeError, match="serve"):
        await client.get(TASKS)
