"""Reads one span of one listing: builds the request, sends it once, bounds and decodes the answer."""

import asyncio
import math
import zlib
from collections.abc import Mapping
from typing import Protocol

import httpx

from gateway.errors import UpstreamInvalidResponse
from gateway.paging.window import Span
from gateway.upstream import failures
from gateway.upstream.endpoints import Endpoint
from gateway.upstream.models import Answer, RowModel
from gateway.upstream.request import GetRequest

Filters = Mapping[str, str]
"""Query parameters that narrow a listing, by the upstream's names."""


class Authorise(Protocol):
    """Gives the headers that let a request in."""

    def __call__(self, method: str, host: str, target: str) -> Mapping[str, str]:
        """Headers for this method, host, and path with query."""
        ...


class UpstreamClient:
    """The REST API, behind httpx's transport seam.

    The transport is used without httpx's client above it, which would keep the upstream's cookies for
    other callers, follow redirects with their headers, and log every URL.

    Args:
        transport: Sends a request.
        origin: Scheme and host, with a port if need be, and nothing behind.
        timeout: Seconds for a whole call, the last byte of its answer included.
        max_answer_octets: The largest answer, after decompression.
        user_agent: What the gateway calls itself.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        *,
        origin: str,
        timeout: float,
        max_answer_octets: int,
        user_agent: str,
    ) -> None:
        self._transport = transport
        self._origin = origin
        self._host = httpx.URL(origin).netloc.decode("ascii")
        self._timeout = timeout
        self._max_answer_octets = max_answer_octets
        self._headers = {
            "Host": self._host,
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": user_agent,
        }

    async def read(
        self,
        endpoint: Endpoint[RowModel],
        project_id: str,
        filters: Filters,
        span: Span,
        authorise: Authorise,
        *,
        deadline: float = math.inf,
    ) -> Answer[RowModel]:
        """Asks for one span of a listing.

        Args:
            endpoint: The listing.
            project_id: The project.
            filters: What narrows it.
            span: Which rows.
            authorise: Lets the request in.
            deadline: When, by the loop's clock, it has to be over, where that is before its timeout.

        Raises:
            GatewayError: By the table of `failures`.
        """
        target = endpoint.target(project_id, filters, span)
        headers = {**self._headers, **authorise("GET", self._host, target)}
        deadline = min(deadline, asyncio.get_running_loop().time() + self._timeout)
        body = await self._get(GetRequest(self._origin, target, headers), deadline)
        return endpoint.decoder.decode(body, limit=span.limit)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._transport.aclose()

    async def _get(self, request: httpx.Request, deadline: float) -> bytes:
        try:
            async with asyncio.timeout_at(deadline):
                response = await self._transport.handle_async_request(request)
                try:
                    body = await self._body(response)
                except UpstreamInvalidResponse:
                    if response.status_code == 200:
                        raise
                    body = b""  # the status alone tells what failed
                finally:
                    await response.aclose()
        except (TimeoutError, httpx.HTTPError, OSError) as problem:
            raise failures.from_exception(problem) from problem
        if response.status_code != 200:
            raise failures.from_answer(response.status_code, response.headers, body)
        return body

    async def _body(self, response: httpx.Response) -> bytes:
        """The whole body, decompressed; no more of it is ever held than is allowed."""
        most = self._max_answer_octets
        chunks = response.stream
        assert isinstance(chunks, httpx.AsyncByteStream)  # noqa: S101  what an async transport answers with
        decoder = _decoder(response.headers.get("content-encoding", ""))
        body = bytearray()
        try:
            async for chunk in chunks:
                body += decoder.decompress(chunk, most + 1)
                if len(body) > most:
                    raise UpstreamInvalidResponse(f"The upstream's answer is larger than {most} octets.")
                if decoder.unused_data:  # zlib would gather it without a bound
                    raise UpstreamInvalidResponse("The upstream's answer goes on behind its compressed end.")
        except zlib.error as problem:
            raise UpstreamInvalidResponse("The upstream's answer cannot be decompressed.") from problem
        if not decoder.eof:
            raise UpstreamInvalidResponse("The upstream's compressed answer ends too early.")
        return bytes(body)


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Identity:
    eof = True
    unused_data = b""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:  # noqa: ARG002  the same octets go out
        return data


def _decoder(content_encoding: str) -> _Decoder:
    match content_encoding.lower():
        case "" | "identity":
            return _Identity()
        case "gzip":
            return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        case _:
            raise UpstreamInvalidResponse("The upstream's answer has a content coding that was not asked for.")
