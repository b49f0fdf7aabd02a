"""Answers given again, without a look at the document.

A request is known by its octets: the headers that name its caller, the media type that it takes, its method,
and its body or query. Whatever is out of the ordinary (a header sent twice, a body of unknown length, a wish
for news) is answered or refused by the endpoint as if nothing were remembered.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import floor

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.cache.answers import Answer, Answers
from gateway.cache.single_flight import SingleFlight
from gateway.credentials.signing import ALGORITHM
from gateway.observability.observer import Observer
from gateway.observability.record import RequestRecord, record_of
from gateway.web.cache_headers import cache_status
from gateway.web.csrf import PREFLIGHT_HEADERS
from gateway.web.disconnect import unless_gone
from gateway.web.etag import is_known
from gateway.web.explain import HEADER as EXPLAIN_HEADER
from gateway.web.header_lines import RawHeaders, headers_of, lines_of, offered
from gateway.web.made import Made, make
from gateway.web.negotiation import choose_media_type, prefers_html
from gateway.web.reload import wants_reload

_CONTENT_TYPES = frozenset({b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"})
_PREFLIGHT_HEADERS = tuple(name.lower().encode() for name in PREFLIGHT_HEADERS)
_UNUSUAL = frozenset({b"content-encoding", b"transfer-encoding", EXPLAIN_HEADER.lower().encode()})
_WITHOUT_ROWS = frozenset({"failed", "refused"})
_SIGNATURE = ALGORITHM.encode()
_MOST_OCTETS = 1 << 16
_MOST_ACCEPTS = 100

Headers = Mapping[bytes, bytes]


class RememberedAnswers:
    """Gives answers again, and keeps those that may be.

    Args:
        app: Makes them, and says in the request's record how old they are.
        answers: Keeps them.
        make_key: Makes their keys, of the caller's headers, the media type, the method, and the body or query.
        deciding_headers: Every header that decides what is answered: first of all, those that name the caller.
        clock: Seconds since the epoch.
        fresh_seconds: How long an upstream answer is fresh.
        most_waiting: How many requests may wait for an answer that is made. Others reach the application, whose gate
            turns them away.
        observer: Is told who waited for another's answer.
    """

    def __init__(
        self,
        app: ASGIApp,
        answers: Answers,
        *,
        make_key: Callable[[Sequence[bytes], bytes, bytes, bytes], str],
        deciding_headers: Sequence[str],
        clock: Callable[[], float],
        fresh_seconds: float,
        most_waiting: int,
        observer: Observer,
    ) -> None:
        self._app = app
        self._answers = answers
        self._make_key = make_key
        self._deciding_headers = [name.lower().encode() for name in deciding_headers]
        self._clock = clock
        self._fresh_seconds = floor(fresh_seconds)
        self._flights = SingleFlight(observer)
        self._most_waiting = most_waiting
        self._waiting = 0
        self._media_types: dict[bytes, str | None] = {}
        self._ages: dict[int, bytes] = {}  # as many as a fresh answer can have

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request for GraphQL."""
        headers: Headers = dict(scope["headers"])
        media_type = self._media_type(headers)
        if media_type is None or len(headers) != len(scope["headers"]) or not _is_usual(scope["method"], headers):
            await self._app(scope, receive, send)
            return
        received = [await receive()]
        while received[-1].get("more_body"):
            received.append(await receive())
        question = _body(received) if scope["method"] == "POST" else scope["query_string"]
        key = self._key(headers, media_type, scope["method"], question)
        reload = b"cache-control" in headers and wants_reload(headers[b"cache-control"].decode("latin-1"))
        record = record_of(scope)
        if received[-1]["type"] == "http.disconnect":
            record.outcome = "gone"
            return
        answer = None if reload else self._answers.get(key)
        if answer is not None:
            record.outcome, record.lane = "ok", "answer"
            _note(record, answer)
            status, sent, body, etag = 200, self._head(scope, answer), answer.body, answer.etag
        else:
            try:
                made = await unless_gone(self._made(key, scope, received, reload=reload), receive)
            except ClientDisconnect:
                record.outcome = "gone"
                return
            status, sent, body, etag = made.status, made.headers, made.body, made.etag
        if scope["method"] == "GET" and is_known(headers.get(b"if-none-match", b"").decode("latin-1"), etag):
            status, body, sent = 304, b"", [pair for pair in sent if not pair[0].startswith(b"content-")]
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": body})

    async def _made(self, key: str, scope: Scope, received: Sequence[Message], *, reload: bool) -> Made:
        """An answer that is made now: for this request, or for one that asked the same before and waits for it."""
        make_it = partial(self._make, key, scope, received)
        if reload or self._waiting >= self._most_waiting:
            return await make_it()
        record = record_of(scope)
        self._waiting += 1
        try:
            made = await self._flights.run(key, make_it)
        finally:
            self._waiting -= 1
        if made.record is record:
            return made
        if not self._is_for_all(made):
            return await make_it()
        record.outcome, record.code = made.record.outcome, made.record.code
        record.lane = made.record.lane and "answer"
        _note(record, made.record)
        return made

    async def _make(self, key: str, scope: Scope, received: Sequence[Message]) -> Made:
        made = await make(self._app, scope, received)
        if made.record.searched and made.record.scope is not None:
            self._answers.list_moved(made.record.scope)
        answer = made.to_be_kept()
        if answer is not None and not made.record.stale:
            self._answers.put(key, answer)
        return made

    def _is_for_all(self, made: Made) -> bool:
        """Whether an answer may go to all who asked the same while it was made; they are one caller."""
        record = made.record
        if record.scope is None:
            return False
        return record.outcome in _WITHOUT_ROWS or self._answers.may_give(record)

    def _head(self, scope: Scope, answer: Answer) -> RawHeaders:
        """The headers of a remembered answer; most are written as they are, where the server takes that."""
        age = max(0, floor(self._clock() - answer.read_at))
        lines = answer.lines + self._lines_of_age(age)
        length = (b"content-length", b"%d" % len(answer.body))
        add = offered(scope) if scope["method"] == "POST" else None  # a GET's may become a 304
        if add is None:
            return [*headers_of(lines), length]
        add(lines)
        return [length]

    def _lines_of_age(self, age: int) -> bytes:
        if age not in self._ages:
            cache = f"{cache_status(self._fresh_seconds - age)}; detail=answer".encode()
            self._ages[age] = lines_of([(b"age", b"%d" % age), (b"cache-status", cache)])
        return self._ages[age]

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
        caller = [headers.get(name, b"") for name in self._deciding_headers]
        return self._make_key(caller, media_type.encode(), method.encode(), question)


def _is_usual(method: str, headers: Headers) -> bool:
    """Whether a request is one that the endpoint would not refuse for its head, and may answer as it did before."""
    if not _UNUSUAL.isdisjoint(headers) or headers.get(b"authorization", b"").startswith(_SIGNATURE):
        return False  # nothing that a caller signed is given twice
    if method == "POST":
        length = headers.get(b"content-length", b"")
        return headers.get(b"content-type") in _CONTENT_TYPES and length.isdigit() and int(length[:9]) <= _MOST_OCTETS
    return method == "GET" and any(headers.get(name) for name in _PREFLIGHT_HEADERS)


def _body(messages: Sequence[Message]) -> bytes:
    return b"".join([message.get("body", b"") for message in messages])


def _note(record: RequestRecord, of: Answer | RequestRecord) -> None:
    """Notes what is known of an answer that was made for another request."""
    record.scope, record.operation, record.operation_type = of.scope, of.operation, of.operation_type
