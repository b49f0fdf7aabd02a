"""A second media subgraph, to be joined with the gateway's: assets with titles and durations.

It stands for a service of another team, so it has what such services have: entities, a connection and a
`PageInfo` of its own, and the `node` field of Relay. Its assets are those of the demo's emulator.
"""

import argparse
import base64
from typing import Annotated

import strawberry
import uvicorn
from gateway.emulator import Emulator, Tenant
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL

PROJECT = "0123456789abcdef0123456789abcdef"
TITLES = ("Harbour at dawn", "The long way home", "Salt", "A field guide to rain", "Second movement")


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.federation.type(keys=["assetId"], description="A video of the library.")
class Asset(Node):
    asset_id: strawberry.ID
    title: str
    duration_seconds: int

    @classmethod
    def resolve_reference(cls, info: strawberry.Info, assetId: str) -> "Asset | None":  # noqa: N803  the key's name
        return info.context["library"].get(assetId)


@strawberry.federation.type(shareable=True)
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class AssetEdge:
    cursor: str
    node: Asset


@strawberry.type
class AssetConnection:
    edges: list[AssetEdge]
    nodes: list[Asset]
    page_info: PageInfo


@strawberry.type
class Query:
    @strawberry.field(description="The library, by its shelf order.")
    def assets(
        self,
        info: strawberry.Info,
        first: Annotated[int, strawberry.argument(description="1 to 100.")] = 10,
        after: str | None = None,
    ) -> AssetConnection:
        shelf = list(info.context["library"].values())
        start = 1 + next((place for place, asset in enumerate(shelf) if _cursor(asset) == after), -1)
        edges = [AssetEdge(cursor=_cursor(asset), node=asset) for asset in shelf[start : start + min(max(first, 1), 100)]]
        ends = (edges[0].cursor, edges[-1].cursor) if edges else (None, None)
        page_info = PageInfo(
            has_next_page=start + len(edges) < len(shelf),
            has_previous_page=start > 0,
            start_cursor=ends[0],
            end_cursor=ends[1],
        )
        return AssetConnection(edges=edges, nodes=[edge.node for edge in edges], page_info=page_info)

    @strawberry.field
    def asset(self, info: strawberry.Info, asset_id: strawberry.ID) -> Asset | None:
        return info.context["library"].get(asset_id)

    @strawberry.field
    def node(self, info: strawberry.Info, id: strawberry.ID) -> Node | None:  # noqa: A002  Relay's name
        return next((asset for asset in info.context["library"].values() if asset.id == id), None)


def _cursor(asset: Asset) -> str:
    return base64.urlsafe_b64encode(f"shelf:{asset.asset_id}".encode()).decode()


def library(size: int) -> dict[str, Asset]:
    """The first assets of the demo's emulator, by their ids, with titles made up for them."""
    ids = Emulator([Tenant(PROJECT, size=size * 8, assets=size)]).catalogue().asset_ids(size)
    return {
        asset_id: Asset(
            id=strawberry.ID(base64.urlsafe_b64encode(f"Asset:{asset_id}".encode()).decode()),
            asset_id=strawberry.ID(asset_id),
            title=f"{TITLES[number % len(TITLES)]}, part {number // len(TITLES) + 1}",
            duration_seconds=60 + 37 * number % 3600,
        )
        for number, asset_id in enumerate(ids)
    }


class Server(GraphQL):
    """Hands the library to the resolvers, and keeps no header of the request."""

    async def get_context(self, request: object, response: object) -> dict[str, object]:
        return {"library": request.app.state.library}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=4002)
    parser.add_argument("--size", type=int, default=154, help="how many assets there are; the demo has 154")
    options = parser.parse_args()
    schema = strawberry.federation.Schema(query=Query, types=[Asset], federation_version="2.9")
    app = Starlette(routes=[Route("/graphql", Server(schema, graphql_ide=None))])
    app.state.library = library(options.size)
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
