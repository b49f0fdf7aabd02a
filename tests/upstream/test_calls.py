"""The layers together, in virtual time: what reaches the upstream, and what the reader is told."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import httpx
import pytest
from typing_extensions import override

from gateway.credentials.kinds import ForwardedToken
from gateway.errors import RateLimited, Unauthenticated, UpstreamTimeout, UpstreamUnavailable
from gateway.paging.window import Span
from gateway.settings import load
from gateway.upstream.breaker import CircuitOpen
from gateway.upstream.bulkhead import Crowded
from gateway.upstream.calls import Upstream
from gateway.upstream.endpoints import THUMBNAIL_TASKS
from gateway.web.upstream import build_upstream
from tests.support import virtual_time

OK = httpx.Response(200, json={"total": 0, "thumbnails": []})
BROKEN = httpx.Response(503, json={"error_code": "APIGW.0613", "error_msg": "x"})
REFUSED = httpx.Response(401, json={"error_code": "APIGW.0301", "error_msg": "x"})
THROTTLED = httpx.Response(
    429, json={"error_code": "APIGW.0308", "error_msg": "policy user over ratelimit,limit:100,time:1 minute"}
)


class Token(ForwardedToken):
    """A token that counts how often it let a request in."""

    authorised: ClassVar[int] = 0


class OneRequest(Token):
    """A credential that is good for one request."""

    one_request: ClassVar[bool] = True


@dataclass
class Line(httpx.AsyncBaseTransport):
    """Answers as it is told, after some virtual seconds."""

    answer: Callable[[int], httpx.Response] = lambda _: OK
    seconds: float = 0
    sent: list[tuple[float, str]] = field(default_factory=list)

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append((asyncio.get_running_loop().time(), request.headers["x-auth-token"]))
        await asyncio.sleep(self.seconds)
        told = self.answer(len(self.sent))
        return httpx.Response(told.status_code, content=told.content)


class Freshly(ForwardedToken):
    """Another token at every attempt."""

    @override
    def authorise(self, method: str, host: str, target: str) -> Mapping[str, str]:
        token = super().authorise(method, host, target)["X-Auth-Token"]
        made = self.made = getattr(self, "made", 0) + 1
        return {"X-Auth-Token": f"{token}-{made}"}
