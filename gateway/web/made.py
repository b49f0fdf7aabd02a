"""An answer as it was made, which can go to more than one request."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Scope

from gateway.cache.answers import Answer
from gateway.observability.record import RequestRecord, record_of
from gateway.web.header_lines import RawHeaders, lines_of

_MADE_ANEW = frozenset({b"age", b"cache-status", b"content-length"})
_CONDITION = b"if-none-match"


@dataclass(frozen=True, slots=True)
class Made:
    """An answer, and the record of the request that it was made for."""

    status: int
    headers: RawHeaders
    body: bytes
    record: RequestRecord

    @property
    def etag(self) -> str:
        """Its name; empty where it has none."""
        return next((value.decode() for name, value in self.headers if name == b"etag"), "")

    def to_be_kept(self) -> Answer | None:
        """What may be kept of it."""
        record = self.record
        if record.read_at is None or record.scope is None or self.status != 200:
            return None
        return Answer(
            self.body,
            lines_of([pair for pair in self.headers if pair[0] not in _MADE_ANEW]),
            self.etag,
            record.read_at,
            record.scope,
            record.project_id,
            record.generation,
            record.operation,
            record.operation_type,
        )


async def make(app: ASGIApp, scope: Scope, received: Sequence[Message]) -> Made:
    """Has an application answer a request, for whoever waits for it.

    It does not learn that the client left: others may have come to wait. Nor does it see a condition, which may be
    another one for each of them.

    Args:
        app: The application.
        scope: The request's.
        received: All of its body.
    """
    unread = list(reversed(received))
    status, headers, body = 0, list[tuple[bytes, bytes]](), b""

    async def receive() -> Message:
        if not unread:
            await asyncio.get_running_loop().create_future()
        return unread.pop()

    async def send(message: Message) -> None:
        nonlocal status, headers, body
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message["headers"])
        else:
            body += message.get("body", b"")

    unconditional = [pair for pair in scope["headers"] if pair[0] != _CONDITION]
    await app({**scope, "headers": unconditional}, receive, send)
    return Made(status, headers, body, record_of(scope))
