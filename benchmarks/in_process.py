"""Requests handed to an application as ASGI has them: no socket, no client, no HTTP parser."""

import asyncio
from typing import Any

from starlette.types import ASGIApp, Message


async def ask(app: ASGIApp, body: bytes, token: str) -> bytes:
    """The body of the answer to a request for GraphQL.

    Raises:
        RuntimeError: It is not 200, or holds errors.
    """
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"x-auth-token", token.encode()),
        ],
    }
    given: list[Message] = [{"type": "http.request", "body": body}]
    answer: list[Message] = []

    async def receive() -> Message:
        return given.pop() if given else await asyncio.Future()

    async def send(message: Message) -> None:
        answer.append(message)

    await app(scope, receive, send)
    found: bytes = b"".join(message.get("body", b"") for message in answer)
    if answer[0]["status"] != 200 or b'"errors"' in found:
        raise RuntimeError(f"{answer[0]['status']}: {found[:300]!r}")
    return found
