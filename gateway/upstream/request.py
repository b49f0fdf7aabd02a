"""One request of the upstream, as its transport gets it."""

from collections.abc import Mapping
from functools import cached_property

import httpx

_NO_BODY = httpx.ByteStream(b"")


class GetRequest(httpx.Request):
    """A GET whose URL is written to the byte already: httpx parses it only for who looks at it.

    Args:
        written: The whole URL.
        headers: All headers, `Host` included.
    """

    def __init__(self, written: str, headers: Mapping[str, str]) -> None:
        # Not httpx's own, which spends more on parsing the URL than aiohttp on sending the request.
        self.method = "GET"
        self.written = written
        self.headers = httpx.Headers(headers)
        self.extensions = {}
        self.stream = _NO_BODY

    @cached_property
    def url(self) -> httpx.URL:  # type: ignore[override]  # an attribute of httpx's
        """The URL, parsed."""
        return httpx.URL(self.written)
