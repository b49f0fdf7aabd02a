"""The upstream's answers as frozen models, decoded as a whole, or row by row where one does not fit.

Source: the vendor's pages "Listing Snapshot Task Results" and "ListThumbnailDetails". Every field may be
missing, whatever the pages say; values are kept as they came, in or out of their documented ranges.
"""

import hashlib
from typing import Any, Generic, TypeVar, cast

import msgspec

from gateway.errors import UpstreamInvalidResponse

_NOT_READABLE = (msgspec.MsgspecError, UnicodeError, RecursionError)
"""What msgspec raises, for a string that is no UTF-8 and for nesting without an end too."""


class Model(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A part of an upstream answer. It is made of JSON, so it cannot hold itself: the collector need not look."""


class Thumbnail(Model, frozen=True):
    """How the snapshots of a task are taken. `type` is "time", "dots" or "quantity", or something newer."""

    type: str | None = None
    quantity: int | None = None
    quantity_time: int | None = None
    time: int | None = None
    dots: list[int | None] | None = None
    cover_position: int | None = None
    format: int | None = None
    aspect_ratio: int | None = None
    max_length: int | None = None


class TaskRow(Model, frozen=True):
    """One snapshot task."""

    task_id: str | None = None
    thumbnail_para: Thumbnail | None = None
    thumbnail_count: int | None = None

    @property
    def identified(self) -> bool:
        """Whether the upstream named the task; an empty name is none, and as a filter it would mean all tasks."""
        return bool(self.task_id)

    @property
    def identity(self) -> bytes:
        """The task's id; without one, all that is known of the task."""
        return b"id:" + self.task_id.encode() if self.task_id else b"content:" + msgspec.json.encode(self)


class SnapshotRow(Model, frozen=True):
    """One picture. `offset` is its second in the video."""

    url: str
    offset: int

    @property
    def identified(self) -> bool:
        """A picture is known by its second and its address."""
        return True

    @property
    def identity(self) -> bytes:
        """The second and the address."""
        return b"%d:%s" % (self.offset, self.url.encode())


class UnreadableRow(Model, frozen=True):
    """A row that does not fit its model: its place in the list is kept, its content is not."""

    digest: str
    problem: str

    @property
    def identified(self) -> bool:
        """Nothing of the row is known but its bytes."""
        return False

    @property
    def identity(self) -> bytes:
        """The digest of the row's own bytes."""
        return b"unreadable:" + self.digest.encode()


RowModel = TypeVar("RowModel", TaskRow, SnapshotRow)


class Answer(Model, Generic[RowModel], frozen=True):
    """What the upstream says of one span of a listing.

    Args:
        total: Its count of all rows; None where it says nothing that can be read as one.
        readable: The rows in order, None in the place of one that cannot be read.
        unreadable: Those others, by their index.
    """

    total: int | None
    readable: list[RowModel | None]
    unreadable: dict[int, UnreadableRow] = {}

    @property
    def rows(self) -> list[RowModel | UnreadableRow]:
        """All rows in order; not to be changed."""
        if not self.unreadable:
            return cast("list[RowModel | UnreadableRow]", self.readable)
        return [row or self.unreadable[index] for index, row in enumerate(self.readable)]


class AnswerDecoder(Generic[RowModel]):
    """Reads the answers of one listing.

    Args:
        rows_name: The name of the array of rows.
        row_type: The model of a row.
    """

    def __init__(self, rows_name: str, row_type: type[RowModel]) -> None:
        self._rows_name = rows_name
        self._row: msgspec.json.Decoder[RowModel] = msgspec.json.Decoder(row_type, strict=False)
        total = ("total", msgspec.Raw, msgspec.Raw(b"null"))
        rows = ("rows", list[row_type] | None, None)  # type: ignore[valid-type]
        listing = msgspec.defstruct("Listing", [total, rows], rename={"rows": rows_name})
        self._whole = msgspec.json.Decoder(listing, strict=False)

    def decode(self, body: bytes, *, limit: int) -> Answer[RowModel]:
        """Reads an answer; a row that does not fit is kept as an `UnreadableRow`.

        Args:
            body: The answer's JSON.
            limit: How many rows were asked for; an upstream that gives more is cut there.

        Raises:
            UpstreamInvalidResponse: It is no JSON object, or says neither a total nor any rows.
        """
        try:
            str(body, "utf-8")  # msgspec skips what it does not look for without reading it
            found: Any = self._whole.decode(body)
        except _NOT_READABLE:
            return self.decode_by_row(body, limit=limit)
        return Answer(total=_total(found.total, found.rows), readable=(found.rows or [])[:limit])

    def decode_by_row(self, body: bytes, *, limit: int) -> Answer[RowModel]:
        """The same as `decode`, each row for itself: slower, but a row that does not fit leaves the others whole."""
        try:
            raw = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
            found = msgspec.json.decode(raw.get(self._rows_name, b"null"), type=list[msgspec.Raw] | None)
        except _NOT_READABLE as problem:
            raise UpstreamInvalidResponse("The upstream's answer is not the documented JSON object.") from problem
        total = _total(raw.get("total", b"null"), found)
        readable: list[RowModel | None] = []
        unreadable: dict[int, UnreadableRow] = {}
        for index, octets in enumerate((found or [])[:limit]):
            try:
                readable.append(self._row.decode(octets))
            except _NOT_READABLE as problem:
                readable.append(None)
                digest = hashlib.blake2b(bytes(octets), digest_size=16).hexdigest()
                unreadable[index] = UnreadableRow(digest=digest, problem=str(problem))
        return Answer(total=total, readable=readable, unreadable=unreadable)


def _total(octets: Any, rows: list[Any] | None) -> int | None:
    try:
        total = msgspec.json.decode(octets, type=int, strict=False)
    except _NOT_READABLE:
        total = -1
    if total < 0 and rows is None:
        raise UpstreamInvalidResponse("The upstream's answer holds neither a total nor any rows.")
    return total if total >= 0 else None
