"""httpx's transport seam over aiohttp, sending the URL as it was built.

The stock transport hands aiohttp a string, which aiohttp quotes again (`%2F` becomes `/`); that would
break a signature, and change an id with such a character.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import httpx
import yarl
from httpx_aiohttp.transport import AiohttpTransport, map_aiohttp_exceptions
from typing_extensions import override

from gateway.upstream.request import GetRequest, pairs


class ExactTransport(AiohttpTransport):
    """One pool of kept-alive connections: no cookies, no redirects, no retries, no headers but the request's own.

    Args:
        max_connections: How many connections may be open at once.
        connect_timeout: Seconds for name lookup, connection and TLS together.
    """

    def __init__(self, *, max_connections: int, connect_timeout: float) -> None:
        self._connect_timeout = connect_timeout
        self._max_connections = max_connections
        self._context = httpx.create_ssl_context()
        self._session: aiohttp.ClientSession | None = None
        super().__init__(verify=self._context)

    @override
    def get_client(self) -> aiohttp.ClientSession:
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._max_connections, ssl=self._context),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_timeout),
        )
        # A GET whose kept-alive connection dies would be sent a second time unseen: a pre-signed request may go
        # out once, and every call is counted.
        session._retry_connection = False  # noqa: SLF001  there is no public way
        return session

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._session is None:
            self._session = self.get_client()
        if isinstance(request, GetRequest):
            url, headers = request.written, request.sent
        else:
            url, headers = str(request.url), pairs(request)
        try:
            response = await self._session.request(
                request.method, yarl.URL(url, encoded=True), headers=headers, allow_redirects=False
            )
        except Exception:
            with _as_httpx_errors():
                raise
        return httpx.Response(
            response.status, headers=response.raw_headers, stream=_ResponseStream(response), request=request
        )

    @override
    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


class _ResponseStream(httpx.AsyncByteStream):
    """An answer's octets as they come; a context manager for each chunk, as the stock one has, costs more than they."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except Exception:
            with _as_httpx_errors():
                raise

    @override
    async def aclose(self) -> None:
        self._response.release()


@contextmanager
def _as_httpx_errors() -> Iterator[None]:
    """The stock mapping leaves out what aiohttp says of a peer that does not speak HTTP."""
    try:
        with map_aiohttp_exceptions():
            yield
    except aiohttp.ClientError as problem:
        raise httpx.RemoteProtocolError("The peer's answer is not HTTP.") from problem
