"""Reading a request's headers one by one."""

from collections.abc import Sequence
from typing import Protocol

from gateway.errors import BadUserInput, Reason


class RequestHeaders(Protocol):
    """A request's headers, by names in any case."""

    def getlist(self, key: str) -> Sequence[str]:
        """All values sent under a name, in order."""
        ...


def only(headers: RequestHeaders, name: str, reason: Reason) -> str | None:
    """The one value of a header, None where it is not sent or empty.

    Raises:
        BadUserInput: It is sent more than once; taking either value could mean another caller.
    """
    values = headers.getlist(name)
    if len(values) > 1:
        raise BadUserInput(f"`{name}` is sent {len(values)} times; send it once.", reason)
    return values[0].strip() or None if values else None
