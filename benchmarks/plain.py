"""What the gateway is held against, each under uvicorn with uvloop and httptools, without access lines.

`python -m benchmarks.plain strawberry URL`: the same connection as a newcomer would write it with Strawberry, Starlette
and httpx by their documentation: an upstream call for each page, and the offset as the cursor.
`python -m benchmarks.plain constant FILE`: an ASGI application that reads the request and answers a file, and nothing
else; no Python server answers with less. Both say their port, and end with their standard input.
"""

import base64
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.asgi import GraphQL
from typing_extensions import override


@strawberry.type
class ThumbnailParameters:
    type: str | None
    quantity: int | None
    quantity_time: int | None
    time: int | None
    dots: list[int] | None
    cover_position: int | None
    format: int | None
    aspect_ratio: int | None
    max_length: int | None


@strawberry.type
class ThumbnailTask:
    task_id: strawberry.ID | None
    thumbnail_count: int | None
    parameters: ThumbnailParameters | None


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class ThumbnailTaskEdge:
    cursor: str
    node: ThumbnailTask


@strawberry.type
class ThumbnailTaskConnection:
    total_count: int
    page_info: PageInfo
    edges: list[ThumbnailTaskEdge]


def cursor_of(offset: int) -> str:
    return base64.b64encode(str(offset).encode()).decode()


@strawberry.type
class Query:
    @strawberry.field
    async def thumbnail_tasks(
        self,
        info: strawberry.Info,
        asset_id: strawberry.ID | None = None,
        first: int | None = 10,
        after: str | None = None,
    ) -> ThumbnailTaskConnection:
        offset = int(base64.b64decode(after)) + 1 if after else 0
        asked = {"offset": offset, "limit": first} | ({"asset_id": asset_id} if asset_id else {})
        headers = {"X-Auth-Token": info.context["request"].headers["x-auth-token"]}
        client: httpx.AsyncClient = info.context["request"].state.client
        response = await client.get("/v1/p/asset/thumbnails", params=asked, headers=headers)
        response.raise_for_status()
        answer = response.json()
        edges = [
            ThumbnailTaskEdge(
                cursor=cursor_of(number),
                node=ThumbnailTask(
                    task_id=row["task_id"],
                    thumbnail_count=row["thumbnail_count"],
                    parameters=ThumbnailParameters(
                        **{name: row["thumbnail_para"].get(name) for name in ThumbnailParameters.__annotations__}
                    ),
                ),
            )
            for number, row in enumerate(answer["thumbnails"], offset)
        ]
        return ThumbnailTaskConnection(
            total_count=answer["total"],
            page_info=PageInfo(
                has_next_page=offset + len(edges) < answer["total"],
                has_previous_page=offset > 0,
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
            ),
            edges=edges,
        )


def strawberry_app(upstream: str) -> Starlette:
    """The plain server over an upstream."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
        # Patient, because a slow machine would else time out in its queue for connections.
        async with httpx.AsyncClient(base_url=upstream, timeout=30) as client:
            yield {"client": client}

    graphql: GraphQL[None, None] = GraphQL(strawberry.Schema(Query))
    return Starlette(routes=[Mount("/", graphql)], lifespan=lifespan)


def constant_app(body: bytes) -> ASGIApp:
    """An application that always answers the same."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


class _Server(uvicorn.Server):
    """Says where it listens."""

    @override
    async def startup(self, sockets: object = None) -> None:
        await super().startup()
        print(f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}", flush=True)


def main(kind: str, given: str) -> None:
    """Serves on a free port until the standard input ends."""
    app = strawberry_app(given) if kind == "strawberry" else constant_app(Path(given).read_bytes())
    config = uvicorn.Config(app, port=0, loop="uvloop", http="httptools", access_log=False, log_level="warning")
    server = _Server(config)

    def end() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=end, daemon=True).start()
    server.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
