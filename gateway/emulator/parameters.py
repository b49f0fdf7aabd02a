"""Query parameters, with the ranges and defaults of the vendor's pages."""

import re
from dataclasses import dataclass
from urllib.parse import unquote_plus

from gateway.emulator.answers import illegal_parameter

MAX_ID_LENGTH = 1024
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Window:
    """What part of a list is asked for, with the filters."""

    offset: int
    limit: int
    asset_id: str | None
    task_id: str | None

    @classmethod
    def parse(cls, query: bytes, *, max_offset: int, default_limit: int) -> "Window":
        """Read the parameters; unknown ones are ignored, an empty id is no filter.

        Raises:
            RefusedError: 400 that names the field.
        """
        values: dict[str, str] = {}
        for piece in filter(None, query.split(b"&")):
            raw_name, _, raw_value = piece.partition(b"=")
            name = _decode(raw_name, "query")
            if name in values:
                raise illegal_parameter(name)
            values[name] = _decode(raw_value, name)
        return cls(
            offset=_integer(values, "offset", 0, 0, max_offset),
            limit=_integer(values, "limit", default_limit, 1, 100),
            asset_id=_id(values, "asset_id"),
            task_id=_id(values, "task_id"),
        )


def _decode(raw: bytes, name: str) -> str:
    try:
        return unquote_plus(raw.decode("ascii"), errors="strict")
    except UnicodeDecodeError:
        raise illegal_parameter(name) from None


def _integer(values: dict[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    text = values.get(name)
    if text is None:
        return default
    if not _INTEGER.fullmatch(text) or not lowest <= int(text) <= highest:
        raise illegal_parameter(name)
    return int(text)


def _id(values: dict[str, str], name: str) -> str | None:
    text = values.get(name)
    if text is not None and len(text) > MAX_ID_LENGTH:
        raise illegal_parameter(name)
    return text or None
