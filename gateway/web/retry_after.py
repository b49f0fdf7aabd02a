"""When to ask again, where an answer brought nothing (RFC 9110, section 10.2.3)."""

from collections.abc import Mapping
from math import ceil

from gateway.graph.execution import Outcome


def retry_after(outcome: Outcome) -> Mapping[str, str]:
    """The `Retry-After` header, where every root field failed and every error will pass: the longest wait of them.

    Where a part of the answer stands, or an error will not go away by itself, there is no header: the errors
    say which fields may be asked for again, and when.
    """
    if not outcome.errors or any(value is not None for value in (outcome.data or {}).values()):
        return {}
    waits = [error["extensions"].get("retryAfterSeconds") for error in outcome.errors]
    if not all(isinstance(wait, int | float) for wait in waits):
        return {}
    return {"Retry-After": str(ceil(max(wait for wait in waits if wait is not None)))}
