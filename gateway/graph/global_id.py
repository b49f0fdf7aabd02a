"""The opaque `id` of a node: its type and what the upstream knows it by.

A task without an id of its own is named by its place in a list, which tells it apart from others in a
client's store; it cannot be asked for again.
"""

import base64
import binascii
from typing import NamedTuple

from gateway.errors import BadUserInput, Reason
from gateway.paging.cursor import Cursor

_SEPARATOR = ":"
_PLACE = "?"


class GlobalId(NamedTuple):
    """A node's type and its id upstream."""

    type_name: str
    key: str

    def encode(self) -> str:
        """The id as clients see it."""
        return _encode(f"{self.type_name}{_SEPARATOR}{self.key}")


def place_id(type_name: str, cursor: Cursor) -> str:
    """The id of a node that the upstream did not name: the list, the offset and the content."""
    return _encode(f"{type_name}{_PLACE}{cursor.filters:08x}.{cursor.offset}.{cursor.row.hex()}")


def decode(text: str) -> GlobalId:
    """Reads an id that a client sent back.

    Raises:
        BadUserInput: `INVALID_ID`, or `NOT_REFETCHABLE` for the id of a place.
    """
    try:
        plain = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (UnicodeError, binascii.Error):
        plain = ""
    type_name, _, key = plain.partition(_SEPARATOR)
    if _PLACE in type_name:
        raise BadUserInput(
            "This node has no id of its own upstream, so it cannot be asked for again.", Reason.NOT_REFETCHABLE
        )
    if not type_name.isidentifier() or not key or GlobalId(type_name, key).encode() != text:
        raise BadUserInput("This `id` is none that this gateway gave out.", Reason.INVALID_ID)
    return GlobalId(type_name, key)


def _encode(plain: str) -> str:
    return base64.urlsafe_b64encode(plain.encode()).decode("ascii")
