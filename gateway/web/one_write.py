"""An answer's head and the first of its body in one system call: uvicorn writes each by itself."""

import asyncio


class OneWrite:
    """Stands for a connection's transport towards the answer to one request; other methods than HEAD.

    Args:
        transport: The connection's.
    """

    __slots__ = ("_begun", "_head", "_lines", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""
        self._lines = b""
        self._begun = False

    def add(self, lines: bytes) -> None:
        """Takes header lines, each with its CRLF, for the head that follows."""
        self._lines = lines

    def write(self, octets: bytes) -> None:
        """Keeps the head until the first of the body follows, be it empty."""
        if not self._begun:
            self._begun = True
            self._head = octets[:-2] + self._lines + b"\r\n" if self._lines else octets
        elif self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, octets))
        else:
            self._transport.write(octets)

    def is_closing(self) -> bool:
        """As the transport says."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Closes the connection, a head without a body being written first."""
        if self._head:
            self._transport.write(self._head)
            self._head = b""
        self._transport.close()
