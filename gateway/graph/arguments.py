"""The checks of arguments that the schema's types cannot make."""

import re

from gateway.errors import BadUserInput, Reason

MAX_ID_LENGTH = 1_024
"""Characters; the vendor's range of a snapshot task's id."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def page_size(first: int | None, *, default: int, most: int) -> int:
    """How many rows to answer.

    Raises:
        BadUserInput: `FIRST_OUT_OF_RANGE`.
    """
    if first is None:
        return default
    if not 0 <= first <= most:
        raise BadUserInput(f"`first` has to be 0 to {most}; it is {first}.", Reason.FIRST_OUT_OF_RANGE)
    return first


def identifier(name: str, value: str) -> str:
    """An id as the upstream may be asked for it. It is never dropped, which would widen the question to all.

    Raises:
        BadUserInput: `INVALID_ID`.
    """
    if not value:
        raise BadUserInput(f"`{name}` is empty. Leave it out to ask for all.", Reason.INVALID_ID)
    if len(value) > MAX_ID_LENGTH:
        raise BadUserInput(
            f"`{name}` has {len(value)} characters; it may have {MAX_ID_LENGTH} at most.", Reason.INVALID_ID
        )
    if _CONTROL.search(value):
        raise BadUserInput(f"`{name}` holds a control character.", Reason.INVALID_ID)
    return value
