"""A real line to an upstream, which can be bent elsewhere while the gateway runs, and counts what goes over it."""

import httpx
from typing_extensions import override

from gateway.upstream.request import GetRequest
from gateway.upstream.transport import ExactTransport


class Line(httpx.AsyncBaseTransport):
    """Sends every request to `origin`, whatever host it was built for."""

    def __init__(self) -> None:
        self._transport = ExactTransport(max_connections=20, connect_timeout=1)
        self.origin = ""
        self.calls = 0

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        target = request.url.raw_path.decode("ascii")
        headers = {**request.headers, "host": httpx.URL(self.origin).netloc.decode("ascii")}
        return await self._transport.handle_async_request(GetRequest(self.origin, target, headers))

    @override
    async def aclose(self) -> None:
        await self._transport.aclose()
