"""One request of the upstream, as its transport gets it."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property

import httpx

_NO_BODY = httpx.ByteStream(b"")

_NO_LINE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\u0100-\U0010ffff]")
_NO_TARGET = re.compile(r"[^\x21-\x7e]")


class GetRequest(httpx.Request):
    """A GET that is written already: httpx parses its URL and headers only for who looks at them.

    Args:
        origin: Scheme and host, with a port if need be.
        target: Path and query, to the byte.
        given: All headers, `Host` included.
    """

    def __init__(self, origin: str, target: str, given: Mapping[str, str]) -> None:
        # Not httpx's own, which spends more on parsing the URL than it takes to send the request.
        self.method = "GET"
        self.origin = origin
        self.target = target
        self._given = given
        self.extensions = {}
        self.stream = _NO_BODY

    @cached_property
    def headers(self) -> httpx.Headers:  # type: ignore[override]  # an attribute of httpx's
        """The headers, which may be added to."""
        return httpx.Headers(self._given)

    @cached_property
    def url(self) -> httpx.URL:  # type: ignore[override]  # an attribute of httpx's
        """The URL, parsed."""
        return httpx.URL(self.origin + self.target)

    @property
    def octets(self) -> bytes:
        """What goes out, with the headers that were added (RFC 9112, section 3).

        Raises:
            ValueError: It holds a character that would end a line, or none that HTTP has; whoever wrote it is wrong.
        """
        lines = [f"GET {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in self._sent())]
        if _NO_TARGET.search(self.target) or any(map(_NO_LINE.search, lines)):
            raise ValueError("The request holds a character that would end a line or a word of it.")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _sent(self) -> Iterable[tuple[str, str]]:
        if "headers" not in vars(self):
            return self._given.items()
        return [(name.decode("ascii"), value.decode("latin-1")) for name, value in self.headers.raw]
