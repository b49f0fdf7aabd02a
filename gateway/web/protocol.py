"""uvicorn's HTTP protocol with bounds that it lacks: on the head of a request, and on the time it takes.

uvicorn 0.54 with httptools holds a head of any size, keeps a half-sent request open for ever, and takes a
chunked body's trailers for headers.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import msgspec
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gateway.errors import BadUserInput, Reason
from gateway.graph.error_answers import request_error
from gateway.web.header_lines import extension
from gateway.web.one_write import OneWrite
from gateway.web.security_headers import SECURITY_HEADERS

LINGER_SECONDS = 2
"""How long a refused client's octets are still taken: closing at once could destroy the answer on its way."""

_LINE_OVERHEAD = 4  # colon, space, CR and LF


@dataclass(frozen=True)
class RequestLimits:
    """What a request may be.

    Args:
        line_octets: Of one header with its name, and of the URL.
        head_octets: Of the URL and all headers, trailers included.
        seconds: From the request's first octet to its last.
    """

    line_octets: int
    head_octets: int
    seconds: float


class BoundedProtocol(HttpToolsProtocol):
    """Refuses a request that is over its limits, and closes the connection.

    Args:
        limits: Of each request.
        arguments: uvicorn's.
    """

    def __init__(self, limits: RequestLimits, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._limits = limits
        self._timer: asyncio.TimerHandle | None = None
        self._arriving = False  # between a request's first octet and its last
        self._completed = False  # since the last octets came
        self._in_head = False
        self._head = 0  # octets of the request's head that are parsed
        self._unparsed = 0  # octets that came since the parser last told of some
        self._asked = False  # at least once: there is a cycle
        self._refused = False

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_timer()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._unparsed += len(data)
        self._completed = False
        super().data_received(data)
        if self._in_head and self._unparsed > self._limits.line_octets:
            self._refuse_line()
        elif self._timer is None and (self._arriving or not self._completed):
            self._start_timer()  # a request that came whole needs none

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._arriving = self._in_head = True
        self._head = 0
        if self._timer is not None:
            self._stop_timer()

    @override
    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._head += len(url)
        self._unparsed = 0
        if len(self.url) > self._limits.line_octets:
            self._refuse_line()

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        if self._refused:
            return
        octets = len(name) + len(value) + _LINE_OVERHEAD
        self._head += octets
        self._unparsed = 0
        if octets > self._limits.line_octets:
            self._refuse_line()
        elif self._head > self._limits.head_octets:
            self._refuse_head()
        elif self._in_head:  # what comes behind the body is a trailer, and no header to act upon
            super().on_header(name, value)

    @override
    def on_headers_complete(self) -> None:
        self._in_head = False
        if not self._refused:
            super().on_headers_complete()
            self._asked = True
            if self.scope["method"] != "HEAD" and not self.cycle.waiting_for_100_continue:
                answer = OneWrite(self.transport)
                self.cycle.transport = answer  # type: ignore[assignment]  # all that a cycle calls
                self.scope["extensions"] = extension(answer.add)  # uvicorn has none of its own

    @override
    def on_body(self, body: bytes) -> None:
        self._unparsed = 0
        if not self._refused:
            super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        self._arriving = False
        self._completed = True
        self._unparsed = 0
        if self._timer is not None:
            self._stop_timer()
        if not self._refused:
            super().on_message_complete()

    @override
    def send_400_response(self, msg: str) -> None:
        self._refuse(400, "This is no HTTP request.", Reason.MALFORMED_HTTP)

    @override
    def _unsupported_upgrade_warning(self) -> None:
        """Says nothing: a stranger's `Upgrade` is ignored (RFC 9110, section 7.8), and must not fill the log."""

    def _refuse_head(self) -> None:
        most = self._limits.head_octets // 1024
        problem = f"The limit `max_headers_kilobytes` is {most}; this request's head is larger."
        self._refuse(431, problem, Reason.HEADERS_TOO_LARGE, limit="max_headers_kilobytes", maximum=most)

    def _refuse_line(self) -> None:
        most = self._limits.line_octets // 1024
        details = {"limit": "max_header_line_kilobytes", "maximum": most}
        if len(self.url) > self._limits.line_octets:
            problem = f"The limit `max_header_line_kilobytes` is {most}; this URL is longer."
            self._refuse(414, problem, Reason.URL_TOO_LONG, **details)
        else:
            problem = f"The limit `max_header_line_kilobytes` is {most}; a header of this request is larger."
            self._refuse(431, problem, Reason.HEADERS_TOO_LARGE, **details)

    def _start_timer(self) -> None:
        if not self._refused and not self.transport.is_closing():
            self._timer = self.loop.call_later(self._limits.seconds, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self._answering and not self.cycle.more_body:
            self._start_timer()  # the one before is being answered; the connection is not idle
        elif not self._arriving or not (self._in_head or self._answering):
            self.transport.close()  # nothing was asked, or it has been answered without its whole body
        else:
            problem = f"The limit `request_seconds` is {self._limits.seconds:g}; this request took longer to arrive."
            details = {"limit": "request_seconds", "maximum": self._limits.seconds}
            self._refuse(408, problem, Reason.REQUEST_TOO_SLOW, **details)

    @property
    def _answering(self) -> bool:
        return self._asked and not self.cycle.response_complete

    def _refuse(self, status: int, message: str, reason: Reason, **details: Any) -> None:
        """Answers below ASGI, unless an answer is on its way already, and closes the connection."""
        if self._refused:
            return
        self._refused = True
        self._stop_timer()
        self._unset_keepalive_if_required()
        answering = self._answering
        if self._asked:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if answering and (self.cycle.response_started or not self.cycle.more_body):
            self.transport.close()  # what is written now would stand in the middle of another request's answer
            return
        body = msgspec.json.encode({"errors": [request_error(BadUserInput(message, reason, **details))]})
        headers = {
            **SECURITY_HEADERS,
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Connection": "close",
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.transport.write(b"".join((STATUS_LINE[status], lines.encode("ascii"), b"\r\n", body)))
        self.flow.resume_reading()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


def bounded(limits: RequestLimits) -> type[asyncio.Protocol]:
    """The protocol, as uvicorn's `http` setting takes it."""
    return cast("type[asyncio.Protocol]", partial(BoundedProtocol, limits))
