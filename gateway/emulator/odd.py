"""Faults of the rows: a 200 whose JSON is not what the page says."""

from random import Random
from typing import Any, Literal

from gateway.emulator.faults import Fault

Payload = dict[str, Any]
_ROWS = ("thumbnails", "thumbnail_result")


class OddPayload(Fault):
    """A fault that rewrites the body of a 200; refusals are not touched, and are not counted as struck."""

    def rewrite(self, payload: Payload) -> object:
        """The body to send instead."""
        raise NotImplementedError


class WrongTypes(OddPayload, tag="wrong_types"):
    """Texts where numbers belong, a number where the list of dots belongs, a number as task id."""

    def rewrite(self, payload: Payload) -> object:
        """Change types in every row."""
        for row in _rows(payload):
            if "task_id" in row:
                row["task_id"] = 12345
            if "thumbnail_count" in row:
                row["thumbnail_count"] = "many"
            if "offset" in row:
                row["offset"] = "one"
            parameters = row.get("thumbnail_para")
            if isinstance(parameters, dict):
                parameters.update(time="twelve", dots=7, max_length=480.5, cover_position=True)
        return payload


class UnknownFields(OddPayload, tag="unknown_fields"):
    """Fields and enum values that the documents do not name, as a later version might send them."""

    def rewrite(self, payload: Payload) -> object:
        """Add to the answer and to every row."""
        for row in _rows(payload):
            row["create_time"] = "20260302081530"
            parameters = row.get("thumbnail_para")
            if isinstance(parameters, dict):
                parameters.update(type="sprite", format=2, aspect_ratio=7, rotation={"degrees": 90})
        return {**payload, "next_marker": "abc", "region": None}


class BigIntegers(OddPayload, tag="big_integers"):
    """Integers beyond 32 and beyond 64 bits."""

    def rewrite(self, payload: Payload) -> object:
        """Enlarge numbers in every row."""
        for row in _rows(payload):
            if "offset" in row:
                row["offset"] = 2**31
            if "thumbnail_count" in row:
                row["thumbnail_count"] = 2**31
            parameters = row.get("thumbnail_para")
            if isinstance(parameters, dict):
                parameters.update(max_length=2**63, quantity_time=10**30, dots=[1, 2**53 + 1, 2**64])
        return payload


class Total(OddPayload, tag="total"):
    """A total that contradicts the rows."""

    value: Literal["null", "missing", "too_small", "too_big", "negative", "text"] | int = "too_small"

    def rewrite(self, payload: Payload) -> object:
        """Change the total only."""
        rows = len(_rows(payload))
        if self.value == "missing":
            return {name: value for name, value in payload.items() if name != "total"}
        totals: dict[object, object] = {
            "null": None,
            "too_small": max(rows - 1, 0),
            "too_big": (payload.get("total") or 0) + 1000,
            "negative": -1,
            "text": "7",
        }
        return {**payload, "total": totals.get(self.value, self.value)}


class Reordered(OddPayload, tag="reordered"):
    """The rows of the answer in another order; which one follows from the seed."""

    def rewrite(self, payload: Payload) -> object:
        """Shuffle."""
        name = _rows_name(payload)
        shuffled = list(payload[name])
        Random(self.seed).shuffle(shuffled)  # noqa: S311  a test's dice, not a secret
        return {**payload, name: shuffled}


class UnreadableRow(OddPayload, tag="unreadable_row"):
    """One row among good ones is no object."""

    index: int = 0
    row: Any = 17

    def rewrite(self, payload: Payload) -> object:
        """Replace the row, if the answer has that many."""
        name = _rows_name(payload)
        rows = list(payload[name])
        rows[self.index : self.index + 1] = [self.row] * len(rows[self.index : self.index + 1])
        return {**payload, name: rows}


class NoRows(OddPayload, tag="no_rows"):
    """A total without a list: the field is missing, or null."""

    null: bool = False

    def rewrite(self, payload: Payload) -> object:
        """Leave the list out."""
        return {"total": payload.get("total"), **({_rows_name(payload): None} if self.null else {})}


AnyOdd = WrongTypes | UnknownFields | BigIntegers | Total | Reordered | UnreadableRow | NoRows


def _rows_name(payload: Payload) -> str:
    return next(name for name in _ROWS if name in payload)


def _rows(payload: Payload) -> list[Payload]:
    """The rows that are objects."""
    return [row for row in payload[_rows_name(payload)] if isinstance(row, dict)]
