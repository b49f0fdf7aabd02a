"""What is known of one request in the end: for its line in the log, and for the counters."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

_KEY = "gateway.record"

SCOPE_LENGTH = 12
"""Characters of a digest that are written: enough to tell callers apart."""

NAME_LENGTH = 64
"""Characters of an operation's name that are written: it is a stranger's text."""


@dataclass(slots=True)
class RequestRecord:
    """Filled in on the request's way through the gateway.

    Args:
        request_id: Names the request in logs, here and elsewhere.
        operation: The operation's name in its document, if it has one.
        operation_type: `query`, once the operation is known.
        outcome: `ok`, `partial` (errors beside data), `failed` (errors, and no root field with data), `refused`
            (as a whole), `gone` (the client left); None for what is not GraphQL.
        code: The code of the first error.
        lane: Where the answer came from: `answer` (kept whole), `blocks` (made from what is remembered), `upstream`
            (some of it was read now); None where nothing was read.
        scope: The digest of the caller's scope; None where there is no caller, or nothing is shared.
        upstream_calls: Calls made for this request.
        project_id: The project that is asked for.
        generation: That of scope and project when work on the answer began; what is purged later has another one.
        searched: Whether a row was not where it had been.
        read_at: When the oldest part of the answer was read, in seconds since the epoch; None where it may not be
            given to another request.
        stale: Whether a part of it is too old to be kept.
    """

    request_id: str
    operation: str | None = None
    operation_type: str | None = None
    outcome: str | None = None
    code: str | None = None
    lane: str | None = None
    scope: str | None = None
    upstream_calls: int = 0
    project_id: str = ""
    generation: str = ""
    searched: bool = False
    read_at: float | None = None
    stale: bool = False


def begin_record(scope: MutableMapping[str, Any], request_id: str) -> RequestRecord:
    """A new record, kept in the request's ASGI scope."""
    record: RequestRecord = RequestRecord(request_id)
    scope[_KEY] = record
    return record


def record_of(scope: MutableMapping[str, Any]) -> RequestRecord:
    """The record of the request that an ASGI scope belongs to."""
    record: RequestRecord = scope[_KEY]
    return record
