"""httpx's transport seam over aiohttp's connections, sending each request as it was built.

aiohttp's pool, TLS, name lookup and parser are used, without the session above them: that one quotes the URL
again (`%2F` becomes `/`, which would break a signature and change an id with such a character), sends a GET a
second time where its kept-alive connection has died (a pre-signed request may go out once, and every call is
counted), keeps cookies, follows redirects, and takes half of what an upstream call costs.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import httpx
import yarl
from aiohttp.connector import Connection
from aiohttp.http_exceptions import HttpProcessingError
from httpx_aiohttp.transport import map_aiohttp_exceptions
from typing_extensions import override

from gateway.upstream.request import GetRequest


class ExactTransport(httpx.AsyncBaseTransport):
    """One pool of kept-alive connections: no cookies, no redirects, no retries, no headers but the request's own.

    Args:
        max_connections: How many connections may be open at once.
        connect_timeout: Seconds for connection and TLS together, for each address of the host.
    """

    def __init__(self, *, max_connections: int, connect_timeout: float) -> None:
        self._max_connections = max_connections
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout)
        self._context = httpx.create_ssl_context()
        self._connector: aiohttp.TCPConnector | None = None
        self._peers: dict[str, aiohttp.ClientRequest] = {}

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not isinstance(request, GetRequest):
            raise httpx.UnsupportedProtocol("Only requests that are written already are sent here.")
        octets = request.octets
        try:
            connection = await self._connect(request.origin)
            try:
                status, headers, body = await _exchange(connection, octets)
            except BaseException:
                connection.close()
                raise
        except Exception:
            with _as_httpx_errors():
                raise
        return httpx.Response(status, headers=headers, stream=_ResponseStream(connection, body), request=request)

    @override
    async def aclose(self) -> None:
        if self._connector is not None:
            await self._connector.close()
            self._connector = None
            self._peers.clear()

    async def _connect(self, origin: str) -> Connection:
        if self._connector is None:
            self._connector = aiohttp.TCPConnector(limit=self._max_connections, ssl=self._context)
        peer = self._peers.get(origin)
        if peer is None:  # tells the pool whom to connect to, and is never sent
            peer = aiohttp.ClientRequest("GET", yarl.URL(origin), loop=asyncio.get_running_loop())
            self._peers[origin] = peer
        return await self._connector.connect(peer, [], self._timeout)


async def _exchange(
    connection: Connection, octets: bytes
) -> tuple[int, tuple[tuple[bytes, bytes], ...], aiohttp.StreamReader]:
    """Sends a request; the status, the headers and the body, which is still to come, of its answer."""
    protocol, transport = connection.protocol, connection.transport
    # What came while nobody had asked would be taken for this request's answer, and this one's for the next caller's.
    if protocol is None or transport is None or transport.is_closing() or protocol.should_close:
        raise aiohttp.ClientConnectionResetError("The connection cannot be used again.")
    protocol.set_response_params(read_until_eof=True, auto_decompress=False)
    transport.write(octets)
    while True:
        message, body = await protocol.read()
        if message.code == 101:  # nobody asked for another protocol
            protocol.force_close()
            return message.code, message.raw_headers, body
        if not 100 <= message.code < 200:  # those only announce the answer
            return message.code, message.raw_headers, body


class _ResponseStream(httpx.AsyncByteStream):
    """An answer's octets as they come; a context manager for each chunk, as the stock one has, costs more than they."""

    def __init__(self, connection: Connection, body: aiohttp.StreamReader) -> None:
        self._connection = connection
        self._body = body

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._body.iter_any():
                yield chunk
        except Exception:
            with _as_httpx_errors():
                raise

    @override
    async def aclose(self) -> None:
        self._connection.release()  # closes it where the answer has not come to its end


@contextmanager
def _as_httpx_errors() -> Iterator[None]:
    """The stock mapping leaves out connecting in time, and what aiohttp says of a peer that does not speak HTTP."""
    try:
        with map_aiohttp_exceptions():
            yield
    except TimeoutError as problem:
        raise httpx.ConnectTimeout("The connection was not there in time.") from problem
    except (aiohttp.ClientError, HttpProcessingError) as problem:
        raise httpx.RemoteProtocolError("The peer's answer is not HTTP.") from problem
