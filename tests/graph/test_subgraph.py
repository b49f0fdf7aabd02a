"""The schema as a router sees it."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from graphql import GraphQLObjectType, build_schema

from gateway.cli import main
from gateway.graph import schema
from tests.support.house import House

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("options", "committed"), [([], "schema.graphql"), (["--federation"], "schema.federation.graphql")]
)
def test_the_committed_schemas_are_those_that_are_served(options: list[str], committed: str) -> None:
    """The command prints each as it stands in the project, and `--check` agrees."""
    printed = CliRunner().invoke(main, ["schema", *options])
    assert printed.output == (ROOT / committed).read_text(encoding="utf-8")
    checked = CliRunner().invoke(main, ["schema", *options, "--check", "--file", str(ROOT / committed)])
    assert (checked.exit_code, checked.output) == (0, f"{ROOT / committed} is the schema that is served.\n")


@pytest.mark.parametrize("options", [[], ["--federation"]])
def test_a_field_that_is_gone_is_named_as_a_breaking_change(options: list[str], tmp_path: Path) -> None:
    """In both prints, though the federation's directives are defined in neither."""
    text = CliRunner().invoke(main, ["schema", *options]).output
    old = tmp_path / "schema.graphql"
    old.write_text(text.replace("  totalCount: Int\n", "  totalCount: Int\n\n  pages: Int\n"), encoding="utf-8")
    checked = CliRunner().invoke(main, ["schema", *options, "--check", "--file", str(old)])
    assert checked.exit_code == 1
    assert "breaking: SnapshotConnection.pages was removed." in checked.output.replace("Field ", "")


def test_a_router_is_shown_entities_and_neither_node_nor_its_own_machinery() -> None:
    """An `id` of ours is still there, and nothing says that a `node` field would take it."""
    sdl = schema.build_schema().sdl
    assert 'type Asset @key(fields: "assetId")' in sdl
    assert 'type ThumbnailTask @key(fields: "taskId") {' in sdl
    assert "type PageInfo @shareable" in sdl
    assert 'url: "https://specs.apollo.dev/federation/v2.9"' in sdl
    built = build_schema(sdl, assume_valid_sdl=True)
    assert not {"_Any", "_Entity", "_Service", "Node"} & built.type_map.keys()
    task, edge = built.type_map["ThumbnailTask"], built.type_map["ThumbnailTaskEdge"]
    assert isinstance(task, GraphQLObjectType)
    assert isinstance(edge, GraphQLObjectType)
    assert "id" in task.fields
    assert "node" in edge.fields
    assert built.query_type is not None
    assert list(built.query_type.fields) == ["thumbnailTasks", "thumbnailTask"]


async def test_the_subgraph_answers_the_committed_sdl(house: House) -> None:
    """What is composed from the file is what a router reads from the gateway."""
    answer = await house.ask("{ _service { sdl } }", token=None)
    assert answer.data["_service"]["sdl"] == (ROOT / "schema.federation.graphql").read_text(encoding="utf-8")
