"""What a caller sent, read from the raw bytes of the request line and headers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One call, undecoded: a signature covers bytes, so nothing here is unquoted.

    Attributes:
        method: as sent, upper case.
        path: the path of the request line, without the query.
        query: everything behind the first `?`, without it.
        headers: lower-case names and values, in the order received.
    """

    method: str
    path: bytes
    query: bytes
    headers: Sequence[tuple[bytes, bytes]]

    @classmethod
    def from_scope(cls, scope: dict[str, Any]) -> "Request":
        """Read a request from an ASGI scope."""
        path = scope.get("raw_path") or scope["path"].encode()
        return cls(scope["method"], path, scope["query_string"], scope["headers"])

    def header(self, name: str) -> str | None:
        """The value of a header, the values of a repeated one joined by commas, None if it was not sent."""
        wanted = name.encode("latin-1")
        values = [value for key, value in self.headers if key == wanted]
        return b",".join(values).decode("latin-1").strip() if values else None

    @property
    def target(self) -> str:
        """Path and query as they stood in the request line."""
        return (self.path + b"?" + self.query if self.query else self.path).decode("latin-1")
