"""Answers given again, without a look at the document.

A request is known by its octets: the headers that name its caller, the media type that it takes, its method,
and its body or query. Whatever is out of the ordinary (a header sent twice, a body of unknown length, a wish
for news) is answered or refused by the endpoint as if nothing were remembered.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from math import floor

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.cache.answers import Answer, Answers
from gateway.cache.key import KeyFunction
from gateway.observability.observer import Observer
from gateway.observability.record import RequestRecord, record_of
from gateway.web.cache_headers import cache_status
from gateway.web.csrf import PREFLIGHT_HEADERS
from gateway.web.etag import is_known
from gateway.web.negotiation import choose_media_type, prefers_html
from gateway.web.reload import wants_reload

_CONTENT_TYPES = frozenset({b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"})
_PREFLIGHT_HEADERS = tuple(name.lower().encode() for name in PREFLIGHT_HEADERS)
_UNUSUAL = frozenset({b"content-encoding", b"transfer-encoding"})
_OF_THE_MOMENT = frozenset({b"age", b"cache-status"})
_MOST_OCTETS = 1 << 16
_MOST_ACCEPTS = 100

Headers = Mapping[bytes, bytes]


class RememberedAnswers:
    """Gives answers again, and keeps those that may be.

    Args:
        app: Makes them, and says in the request's record how old they are.
        answers: Keeps them.
        make_key: Makes their keys.
        secret: Keys the digests that stand for callers and questions.
        deciding_headers: Every header that decides what is answered: first of all, those that name the caller.
        clock: Seconds since the epoch.
        fresh_seconds: How long an upstream answer is fresh.
        observer: Is told of hits and misses.
    """

    def __init__(
        self,
        app: ASGIApp,
        answers: Answers,
        *,
        make_key: KeyFunction,
        secret: bytes,
        deciding_headers: Sequence[str],
        clock: Callable[[], float],
        fresh_seconds: float,
        observer: Observer,
    ) -> None:
        self._app = app
        self._answers = answers
        self._make_key = make_key
        self._secret = secret
        self._deciding_headers = [name.lower().encode() for name in deciding_headers]
        self._clock = clock
        self._fresh_seconds = floor(fresh_seconds)
        self._observer = observer
        self._media_types: dict[bytes, str | None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request for GraphQL."""
        headers: Headers = dict(scope["headers"])
        media_type = self._media_type(headers)
        if media_type is None or len(headers) != len(scope["headers"]) or not _is_usual(scope["method"], headers):
            await self._app(scope, receive, send)
            return
        question = scope["query_string"]
        if scope["method"] == "POST":
            messages = await _whole(receive)
            question = b"".join(message.get("body", b"") for message in messages)
            receive = partial(_again, iter(messages), receive)
        key = self._key(headers, media_type, scope["method"], question)
        reload = b"cache-control" in headers and wants_reload(headers[b"cache-control"].decode("latin-1"))
        answer = None if reload else self._answers.get(key)
        self._observer.cache_read("answer", "miss" if answer is None else "fresh")
        if answer is None:
            await self._make(key, scope, receive, send)
        else:
            await self._give(answer, scope["method"], headers, record_of(scope), send)

    async def _give(self, answer: Answer, method: str, headers: Headers, record: RequestRecord, send: Send) -> None:
        record.outcome, record.lane, record.scope = "ok", "answer", answer.scope
        record.operation, record.operation_type = answer.operation, answer.operation_type
        age = max(0, floor(self._clock() - answer.read_at))
        status, kept, body = 200, answer.headers, answer.body
        if method == "GET" and is_known(headers.get(b"if-none-match", b"").decode("latin-1"), answer.etag):
            status, kept, body = 304, [pair for pair in kept if not pair[0].startswith(b"content-")], b""
        cache = f"{cache_status(self._fresh_seconds - age)}; detail=answer"
        now = [(b"age", b"%d" % age), (b"cache-status", cache.encode())]
        await send({"type": "http.response.start", "status": status, "headers": [*kept, *now]})
        await send({"type": "http.response.body", "body": body})

    async def _make(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        headers: list[tuple[bytes, bytes]] = []
        status, body = 0, b""

        async def send_and_note(message: Message) -> None:
            nonlocal status, headers, body
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [pair for pair in message["headers"] if pair[0] not in _OF_THE_MOMENT]  # a copy: others add
            else:
                body += message.get("body", b"")
            await send(message)

        await self._app(scope, receive, send_and_note)
        record = record_of(scope)
        if record.searched and record.scope is not None:
            self._answers.list_moved(record.scope)
        if record.read_at is not None and record.scope is not None and status == 200:
            answer = Answer(
                body,
                headers,
                dict(headers)[b"etag"].decode(),
                record.read_at,
                record.scope,
                record.project_id,
                record.generation,
                record.operation,
                record.operation_type,
            )
            self._answers.put(key, answer)

    def _media_type(self, headers: Headers) -> str | None:
        """The answer's media type; None for who is better shown a page, or sends no such `Accept`."""
        accept = headers.get(b"accept", b"")
        if accept not in self._media_types:
            if len(self._media_types) >= _MOST_ACCEPTS:
                self._media_types.clear()
            text = accept.decode("latin-1")
            self._media_types[accept] = None if prefers_html(text) else choose_media_type(text or None)
        return self._media_types[accept]

    def _key(self, headers: Headers, media_type: str, method: str, question: bytes) -> str:
        # No header holds a NUL, so that no value can pose as two.
        values = b"\0".join([headers.get(name, b"") for name in self._deciding_headers])
        caller = hashlib.blake2b(values, key=self._secret, digest_size=16).hexdigest()
        return self._make_key(self._secret, caller, media_type, method, question.decode("latin-1"))


def _is_usual(method: str, headers: Headers) -> bool:
    """Whether a request is one that the endpoint would not refuse for its head."""
    if method == "POST":
        length = headers.get(b"content-length", b"")
        return (
            headers.get(b"content-type") in _CONTENT_TYPES
            and length.isdigit()
            and int(length[:9]) <= _MOST_OCTETS
            and _UNUSUAL.isdisjoint(headers)
        )
    return method == "GET" and any(headers.get(name) for name in _PREFLIGHT_HEADERS)


async def _whole(receive: Receive) -> list[Message]:
    """What is received of a request until its body is complete, or its client gone."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


async def _again(messages: Iterator[Message], receive: Receive) -> Message:
    """Receives what was received before, and then what comes."""
    for message in messages:
        return message
    return await receive()
