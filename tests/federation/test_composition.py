"""The subgraph's SDL in the hands of two composers."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.graph.schema import build_schema
from tests.support.supergraph import assets_subgraph

COVERS = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { cover: ThumbnailTask }
type ThumbnailTask @key(fields: "taskId") { taskId: ID! likes: Int }
"""
"""A third subgraph, whose author takes every task to have an id."""


@dataclass(frozen=True)
class Composers:
    """Both composers."""

    folder: Path
    assets: str

    def compose(self, ours: str, *others: tuple[str, str]) -> dict[str, Any]:
        """What each composer makes of our SDL and the others'."""
        services = [("thumbnails", ours), ("assets", self.assets), *others]
        run = subprocess.run(
            ["node", "compose.mjs"],
            cwd=self.folder,
            input=json.dumps(services),
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        outcome: dict[str, Any] = json.loads(run.stdout)
        return outcome


@pytest.fixture(scope="module")
def both(composers: Path, example: Path) -> Composers:
    """Both composers, and the SDL that the example's second subgraph answers."""
    with assets_subgraph(example) as url:
        answer = httpx.post(url, json={"query": "{ _service { sdl } }"}).json()
    return Composers(composers, answer["data"]["_service"]["sdl"])


def test_both_composers_join_the_subgraph_with_one_that_has_connections_and_node_of_its_own(both: Composers) -> None:
    """Without an error, with our field on the other's assets, and with `node` from the other subgraph alone."""
    composed = both.compose(build_schema().sdl)
    for outcome in composed.values():
        assert outcome["errors"] == []
        supergraph = outcome["supergraph"]
        asset = supergraph.split("type Asset ", 1)[1].split("\n}", 1)[0]
        assert "title:" in asset
        assert "thumbnailTasks(" in asset
        query = supergraph.split("type Query", 1)[1].split("\n}", 1)[0]
        (node,) = [line for line in query.splitlines() if line.strip().startswith("node(")]
        assert "graph: ASSETS" in node
        assert "THUMBNAILS" not in supergraph.split("interface Node", 1)[1].split("{", 1)[0]


def test_the_key_may_be_null_here_and_not_null_elsewhere(both: Composers) -> None:
    """Both compose; the supergraph's `taskId` is nullable then, which is the truth."""
    composed = both.compose(build_schema().sdl, ("covers", COVERS))
    for outcome in composed.values():
        assert outcome["errors"] == []
        task = outcome["supergraph"].split("type ThumbnailTask\n", 1)[-1].split("type ThumbnailTask ", 1)[-1]
        key = next(line for line in task.splitlines() if line.strip().startswith("taskId:"))
        assert key.split()[1] == "ID"


def test_it_is_sharing_that_makes_the_connections_compose(both: Composers) -> None:
    """Both composers refuse the same subgraph with a `PageInfo` that is not shareable."""
    unshared = build_schema().sdl.replace("type PageInfo @shareable", "type PageInfo")
    composed = both.compose(unshared)
    for outcome in composed.values():
        assert any("PageInfo" in message for message in outcome["errors"])
