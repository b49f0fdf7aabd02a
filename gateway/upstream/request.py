"""One request of the upstream, as its transport gets it."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import httpx

_NO_BODY = httpx.ByteStream(b"")


class GetRequest(httpx.Request):
    """A GET whose URL and headers are written already: httpx parses them only for who looks at them.

    Args:
        written: The whole URL, to the byte.
        given: All headers, `Host` included.
    """

    def __init__(self, written: str, given: Mapping[str, str]) -> None:
        # Not httpx's own, which spends more on parsing the URL than aiohttp on sending the request.
        self.method = "GET"
        self.written = written
        self._given = given
        self.extensions = {}
        self.stream = _NO_BODY

    @cached_property
    def headers(self) -> httpx.Headers:  # type: ignore[override]  # an attribute of httpx's
        """The headers, which may be added to."""
        return httpx.Headers(self._given)

    @property
    def sent(self) -> Mapping[str, str] | Sequence[tuple[str, str]]:
        """The headers as they go out, with what was added to them."""
        return pairs(self) if "headers" in vars(self) else self._given

    @cached_property
    def url(self) -> httpx.URL:  # type: ignore[override]  # an attribute of httpx's
        """The URL, parsed."""
        return httpx.URL(self.written)


def pairs(request: httpx.Request) -> Sequence[tuple[str, str]]:
    """A request's headers as text."""
    return [(name.decode("ascii"), value.decode("latin-1")) for name, value in request.headers.raw]
