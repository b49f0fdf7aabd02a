"""Heads that wait for the first of their body."""

import asyncio
from collections.abc import Iterable

import pytest
from typing_extensions import override

from gateway.web.one_write import OneWrite


class Wire(asyncio.Transport):
    """Notes what is written, call by call."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []
        self.closed = False

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.calls.append(bytes(data))

    @override
    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.calls.append(b"".join(list_of_data))

    @override
    def is_closing(self) -> bool:
        return self.closed

    @override
    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("body", [b"{}", b""])
def test_head_and_body_are_one_write(body: bytes) -> None:
    """Also where the body is empty, as that of a 304 is; what follows is written as it comes."""
    wire = Wire()
    answer = OneWrite(wire)
    answer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    assert wire.calls == []
    answer.write(body)
    answer.write(b"more")
    assert wire.calls == [b"HTTP/1.1 200 OK\r\n\r\n" + body, b"more"]


def test_a_head_without_a_body_is_written_before_the_connection_ends() -> None:
    """The application failed between the two."""
    wire = Wire()
    answer = OneWrite(wire)
    answer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    assert not answer.is_closing()
    answer.close()
    assert (wire.calls, answer.is_closing()) == ([b"HTTP/1.1 200 OK\r\n\r\n"], True)


def test_lines_that_are_added_stand_in_the_head() -> None:
    """Behind the others, and once."""
    wire = Wire()
    answer = OneWrite(wire)
    answer.add(b"a: 1\r\nb: 2\r\n")
    for octets in (b"HTTP/1.1 200 OK\r\nc: 3\r\n\r\n", b"{}", b"more"):
        answer.write(octets)
    assert wire.calls == [b"HTTP/1.1 200 OK\r\nc: 3\r\na: 1\r\nb: 2\r\n\r\n{}", b"more"]
