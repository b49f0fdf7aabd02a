"""One line for each request, and the id that names it."""

import itertools
import re
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.observability.logs import AccessLog, name_request
from gateway.observability.observer import Observer
from gateway.observability.record import NAME_LENGTH, SCOPE_LENGTH, RequestRecord, begin_record

REQUEST_ID = "X-Request-Id"

_ID = REQUEST_ID.lower().encode()
_WELL_FORMED = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})


class RequestLog:
    """Names each request, and writes its line when it has been answered.

    Args:
        app: Answers the request.
        log: Writes the lines; None for none.
        observer: Is told how each request ended.
    """

    def __init__(self, app: ASGIApp, *, log: AccessLog | None, observer: Observer) -> None:
        self._observer = observer
        self._app = app
        self._log = log
        # Random for each process, then counted: as unique as a random number, and no system call for each request.
        self._new_ids = map(f"{secrets.token_hex(8)}%016x".__mod__, itertools.count(1))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on; its id goes out with the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._request_id(scope)
        record = begin_record(scope, request_id)
        name_request(request_id)
        began = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (_ID, request_id.encode("ascii"))]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            status = status or 500
            raise
        finally:
            seconds = time.perf_counter() - began
            if record.outcome is not None:
                self._observer.request_ended(record.outcome, record.code, record.lane, seconds)
            if self._log is not None:
                _write(self._log, scope, record, status, seconds)

    def _request_id(self, scope: Scope) -> str:
        """The id that the client sent, where it is one; else a new one."""
        for name, value in scope["headers"]:
            if name == _ID:
                return value.decode() if _WELL_FORMED.fullmatch(value) else next(self._new_ids)
        return next(self._new_ids)


def _write(log: AccessLog, scope: Scope, record: RequestRecord, status: int, seconds: float) -> None:
    write = log.debug if scope["path"] in _QUIET else log.info
    write(
        "request",
        method=scope["method"],
        # A path that nothing is served under is a stranger's text, and might be a secret in the wrong place.
        path=scope["path"] if "endpoint" in scope else None,
        operation=record.operation and record.operation[:NAME_LENGTH],
        outcome=record.outcome,
        code=record.code,
        lane=record.lane,
        status=status or None,
        scope=record.scope and record.scope[:SCOPE_LENGTH],
        upstream_calls=record.upstream_calls,
        ms=round(seconds * 1_000, 2),
        request_id=record.request_id,
    )
