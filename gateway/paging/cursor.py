"""The opaque cursor of a row: its place, and how to tell when the place has moved.

Layout, version 1, big-endian, 23 octets, written as 31 characters of URL-safe base64 without padding:

    version   1   always 1
    filters   4   fingerprint of what the list was filtered by
    total     4   the upstream's total when the row was read; all ones where it said none
    offset    2   the row's offset in the list
    row       6   fingerprint of the row
    next_row  6   fingerprint of the row after it; zero where that was not read
"""

import base64
import binascii
import hashlib
import struct
from binascii import b2a_base64
from typing import NamedTuple

from gateway.errors import BadUserInput, Reason

_VERSION = 1
_LAYOUT = struct.Struct(">BIIH6s6s")
_PACK = _LAYOUT.pack
_LENGTH = 31
_UNKNOWN_TOTAL = 0xFFFFFFFF
_FINGERPRINT_OCTETS = 6

_NEW_FINGERPRINT = hashlib.blake2b(digest_size=_FINGERPRINT_OCTETS).copy
"""A hash that has read nothing; a copy costs half of what a new one does."""

_INSTEAD_OF_NO_ROW = (1).to_bytes(_FINGERPRINT_OCTETS, "big")

_URL_SAFE = bytes.maketrans(b"+/", b"-_")

NO_ROW = bytes(_FINGERPRINT_OCTETS)
"""The fingerprint that no row has."""


class Cursor(NamedTuple):
    """A row's place in a list.

    `row` and `next_row` are fingerprints of 6 octets; `next_row` is `NO_ROW` where that row was not read.
    `total` is what the upstream said beside the row, `filters` a fingerprint of 32 bits.
    """

    offset: int
    total: int | None
    row: bytes
    next_row: bytes
    filters: int

    def encode(self) -> str:
        """The cursor as clients see it. Equal cursors give equal text."""
        return encode(*self)


def encode(offset: int, total: int | None, row: bytes, next_row: bytes, filters: int) -> str:
    """The text of a `Cursor` of these, for whoever needs nothing but the text."""
    known = total if total is not None and total < _UNKNOWN_TOTAL else _UNKNOWN_TOTAL - (total is not None)
    octets = _PACK(_VERSION, filters, known, offset, row, next_row)
    return b2a_base64(octets)[:_LENGTH].translate(_URL_SAFE).decode("ascii")


def decode(text: str, *, filters: int, last_offset: int) -> Cursor:
    """Reads a cursor that a client sent back.

    Args:
        text: What `Cursor.encode` gave out.
        filters: The fingerprint of the list that is asked for now.
        last_offset: The highest offset a row of this list can have.

    Raises:
        BadUserInput: `INVALID_CURSOR` for text that no gateway of this version wrote,
            `FOREIGN_CURSOR` for a cursor of another list.
    """
    invalid = BadUserInput(
        "This cursor cannot be read. Send back an `endCursor` or an edge's `cursor` unchanged, or leave `after` out.",
        Reason.INVALID_CURSOR,
    )
    if len(text) != _LENGTH:
        raise invalid
    try:
        octets = base64.b64decode(text.encode("ascii") + b"=", altchars=b"-_", validate=True)
        version, of_filters, total, offset, row, next_row = _LAYOUT.unpack(octets)
    except (UnicodeEncodeError, binascii.Error, struct.error):
        raise invalid from None
    cursor = Cursor(
        offset=offset,
        total=None if total == _UNKNOWN_TOTAL else total,
        row=row,
        next_row=next_row,
        filters=of_filters,
    )
    # Encoding it again refuses the second spelling that the last character's two unused bits would allow.
    if version != _VERSION or offset > last_offset or cursor.row == NO_ROW or cursor.encode() != text:
        raise invalid
    if of_filters != filters:
        raise BadUserInput(
            "This cursor belongs to another list. A cursor is good only with the project and the filters it came from.",
            Reason.FOREIGN_CURSOR,
        )
    return cursor


def row_fingerprint(identity: bytes) -> bytes:
    """6 octets that stand for a row; never `NO_ROW`."""
    fingerprint = _NEW_FINGERPRINT()
    fingerprint.update(identity)
    digest = fingerprint.digest()
    return digest if digest != NO_ROW else _INSTEAD_OF_NO_ROW


def filters_fingerprint(*parts: str | None) -> int:
    """32 bits that stand for the parts in their order; a part that is absent differs from an empty one."""
    written = []
    for part in parts:
        octets = b"" if part is None else part.encode("utf-8", "surrogatepass")
        written += [struct.pack(">i", -1 if part is None else len(octets)), octets]
    return int.from_bytes(hashlib.blake2b(b"".join(written), digest_size=4).digest(), "big")
