"""A gateway over an emulator, in one process: the seams are the transport and the clock."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from starlette.applications import Starlette

from gateway.emulator import Emulator, Tenant
from gateway.settings import load
from gateway.web.app import create_app

if TYPE_CHECKING:
    from gateway.observability.tracing import Tracing

PROJECT = "0123456789abcdef0123456789abcdef"
TOKEN = "good-token"

PAGE = """
query Page($assetId: ID, $taskId: ID, $first: Int, $after: String) {
  thumbnailTasks(assetId: $assetId, taskId: $taskId, first: $first, after: $after) {
    edges { cursor node { id taskId thumbnailCount } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount truncated
  }
}
"""


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: float = 1_772_439_330.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Answer:
    """A GraphQL answer over HTTP."""

    status: int
    headers: httpx.Headers
    body: dict[str, Any]

    @property
    def data(self) -> Any:
        """The data, of an answer without errors."""
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors; there has to be one."""
        found: list[dict[str, Any]] = self.body["errors"]
        assert found
        return found

    @property
    def codes(self) -> list[str]:
        """The errors' codes."""
        return [error["extensions"]["code"] for error in self.errors]


@dataclass
class House:
    """What a test holds in its hands."""

    emulator: Emulator
    clock: Clock
    app: Starlette
    client: httpx.AsyncClient

    async def ask(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: str | None = TOKEN,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Asks over HTTP, in process."""
        sent = {**({"X-Auth-Token": token} if token else {}), **(headers or {})}
        response = await self.client.post("/graphql", json={"query": query, "variables": variables or {}}, headers=sent)
        return Answer(response.status_code, response.headers, response.json())

    async def page(self, *, token: str = TOKEN, **arguments: Any) -> Any:
        """One page of tasks, without errors."""
        return (await self.ask(PAGE, arguments, token=token)).data["thumbnailTasks"]

    @property
    def upstream_calls(self) -> int:
        """How many calls the upstream saw since its journal was cleared."""
        return len(self.emulator.journal)


@asynccontextmanager
async def open_house(
    *,
    size: int = 250,
    rows: Sequence[object] | None = None,
    tenants: Sequence[Tenant] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    tracing: "Tracing | None" = None,
    **settings: Any,
) -> AsyncIterator[House]:
    """A gateway over an emulator with one tenant of clean tasks, or with the tenants given.

    Args:
        size: How many tasks the tenant has.
        rows: Its literal rows instead.
        tenants: Other tenants instead.
        transport: Another way upstream than to the emulator.
        tracing: Makes spans.
        settings: Settings of the gateway, by field name.
    """
    clock = Clock()
    tenant = Tenant(PROJECT, tokens=[TOKEN], size=size, rows=rows, clean=True)
    emulator = Emulator(tenants or [tenant], clock=clock)
    # No early reading again: each block would begin it at a moment of its own.
    defaults = {"upstream_url": "http://127.0.0.1", "project_id": PROJECT, "cache_early_percent": 0}
    app = create_app(
        load({}, env_file=None, **{**defaults, **settings}),
        transport=transport or httpx.ASGITransport(emulator.app),
        clock=clock,
        tracing=tracing,
    )
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")
    async with app.router.lifespan_context(app), client:
        yield House(emulator, clock, app, client)
