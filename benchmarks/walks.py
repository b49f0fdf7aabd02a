"""Walks over a list that changes: through the gateway, and as a naive gateway would page by offsets."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from gateway.emulator import Emulator, Tenant
from gateway.settings import load
from gateway.web.app import create_app

QUERY = """query($first: Int, $after: String) { thumbnailTasks(first: $first, after: $after) {
  nodes { taskId } pageInfo { hasNextPage endCursor } } }"""
PROJECT, TOKEN = "0123456789abcdef0123456789abcdef", "a-token"


@dataclass
class Walk:
    """What a walk handed out.

    Args:
        ids: The rows' ids, in order.
        pages: How many pages.
        calls: Upstream calls it took.
        stale: Whether it ended as stale.
        after: The last page's cursor.
    """

    ids: list[str] = field(default_factory=list)
    pages: int = 0
    calls: int = 0
    stale: bool = False
    after: str | None = None

    def lost(self, standing: Sequence[str]) -> int:
        """How many rows it lost of those that stood all the time, given in their order."""
        seen = set(self.ids)
        if self.stale:  # rows behind its last one are not lost yet
            reached = [at for at, row in enumerate(standing) if row in seen]
            standing = standing[: max(reached, default=0)]
        return sum(row not in seen for row in standing)

    @property
    def repeated(self) -> int:
        """How many rows it handed out a second time."""
        return len(self.ids) - len(set(self.ids))


Before = Callable[[Walk], None]
"""Called before each page with the walk so far."""


def quiet(_: Walk) -> None:
    """Nothing changes."""


class Stage:
    """A gateway over an emulator with one clean list, in one process.

    Attributes:
        emulator: The upstream.
        now: Seconds since the epoch, for both; stands still until it is moved.
        client: Reaches the gateway.
    """

    def __init__(self, size: int) -> None:
        self.now = 1_772_439_330.0
        tenant = Tenant(PROJECT, tokens=[TOKEN], size=size, clean=True)
        self.emulator = Emulator([tenant], clock=lambda: self.now)
        self.client: httpx.AsyncClient

    @property
    def ids(self) -> list[str]:
        """The list as it stands."""
        return [row for row in self.emulator.catalogue().task_ids() if row is not None]

    async def page(self, first: int, after: str | None) -> dict[str, Any]:
        """A GraphQL answer."""
        body = {"query": QUERY, "variables": {"first": first, "after": after}}
        response = await self.client.post("/graphql", json=body, headers={"X-Auth-Token": TOKEN})
        answer: dict[str, Any] = response.json()
        return answer

    async def walk(self, first: int, before: Before = quiet, *, pages: int = 100_000) -> Walk:
        """Pages from the start to the end, to a stale cursor, or as many as are wanted."""
        walk, already = Walk(), len(self.emulator.journal)
        while walk.pages < pages:
            before(walk)
            answer = await self.page(first, walk.after)
            if "errors" in answer:
                assert [error["extensions"]["code"] for error in answer["errors"]] == ["STALE_CURSOR"], answer
                walk.stale = True
                break
            page = answer["data"]["thumbnailTasks"]
            walk.pages += 1
            walk.ids += [node["taskId"] for node in page["nodes"]]
            walk.after = page["pageInfo"]["endCursor"] or walk.after
            if not page["pageInfo"]["hasNextPage"]:
                break
        walk.calls = len(self.emulator.journal) - already
        return walk

    def naive_walk(self, first: int, before: Before = quiet, *, pages: int = 100_000) -> Walk:
        """The same by offset and limit, as a gateway does that takes the cursor for an offset."""
        walk = Walk()
        while walk.pages < pages:
            before(walk)
            rows = self.emulator.catalogue().task_ids(len(walk.ids), first)
            walk.calls += -(-first // 100)
            walk.pages += 1
            walk.ids += [row for row in rows if row is not None]
            if len(rows) < first or len(walk.ids) >= len(self.emulator.catalogue()):
                break
        return walk


@asynccontextmanager
async def open_stage(size: int, *, cache: bool) -> AsyncIterator[Stage]:
    """A gateway with the default settings, its cache on or off."""
    stage = Stage(size)
    settings = load(
        {}, env_file=None, upstream_url="http://127.0.0.1", project_id=PROJECT, cache="memory" if cache else "off"
    )
    app = create_app(settings, transport=httpx.ASGITransport(stage.emulator.app), clock=lambda: stage.now)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")
    async with app.router.lifespan_context(app), client:
        stage.client = client
        yield stage
