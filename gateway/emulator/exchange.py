"""One call and its answer on the wire, with the means to send it badly."""

import asyncio
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from http.client import responses

from starlette.types import Receive, Scope, Send

from gateway.emulator.answers import Answer
from gateway.emulator.journal import Call

EXTENSION = "emulator.transport"  # put into the scope by the server's protocol class


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a fault needs to spoil an answer.

    Attributes:
        scope: of the call.
        receive: its ASGI channel in.
        send: its ASGI channel out.
        call: its entry in the journal.
        answer: the true answer.
    """

    scope: Scope
    receive: Receive
    send: Send
    call: Call
    answer: Answer

    async def respond(self, answer: Answer) -> None:
        """Send an answer, the true one or another, in good order."""
        await self.start(answer, length=len(answer.body))
        await self.write(answer.body, more=False)

    async def start(self, answer: Answer, *, length: int | None) -> None:
        """Send status and headers; without a length the body goes out in chunks."""
        self.call.status = answer.status
        headers = [(name.encode(), value.encode()) for name, value in self._headers(answer, length)]
        await self.send({"type": "http.response.start", "status": answer.status, "headers": headers})

    async def write(self, body: bytes, *, more: bool = True) -> None:
        """Send a piece of the body."""
        await self.send({"type": "http.response.body", "body": body, "more_body": more})

    async def until_disconnect(self) -> None:
        """Wait for the caller to give up."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def pause(self, seconds: float) -> None:
        """Wait, no longer than the caller does."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.until_disconnect(), seconds)

    async def cut(self, *, sent: int | None, reset: bool) -> None:
        """Break the connection: before the headers, or after `sent` bytes of the announced body.

        Args:
            sent: bytes of the body to send, None sends not even the headers.
            reset: with RST, else with an orderly FIN.

        Raises:
            RuntimeError: there is no socket, the call came in process.
        """
        transport = self._transport()
        if sent is not None:
            self.call.status = self.answer.status
            transport.write(self._head() + self.answer.body[:sent])
        if reset:
            # A RST throws away what the peer has not read yet: give it a moment to read the headers.
            await asyncio.sleep(0.05 if sent is not None else 0)
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            transport.abort()
        else:
            transport.close()
        await self.until_disconnect()

    async def endless_headers(self, seconds: float) -> None:
        """Send a header, pause, send another, until the caller gives up.

        Raises:
            RuntimeError: there is no socket, the call came in process.
        """
        transport = self._transport()
        transport.write(f"HTTP/1.1 {self.answer.status} {responses.get(self.answer.status, '')}\r\n".encode())
        while not transport.is_closing():
            transport.write(b"x-padding: endless\r\n")
            await self.pause(seconds)

    def _transport(self) -> asyncio.Transport:
        extension = self.scope.get("extensions", {}).get(EXTENSION)
        if extension is None:
            raise RuntimeError("this fault breaks a connection: run the emulator with gateway.emulator.serve()")
        transport: asyncio.Transport = extension["transport"]
        return transport

    def _head(self) -> bytes:
        answer = self.answer
        lines = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, '')}"]
        lines += [f"{name}: {value}" for name, value in self._headers(answer, len(answer.body))]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _headers(self, answer: Answer, length: int | None) -> Iterable[tuple[str, str]]:
        yield "content-type", answer.content_type
        yield "x-request-id", self.call.request_id
        if length is not None:
            yield "content-length", str(length)
        yield from answer.headers
