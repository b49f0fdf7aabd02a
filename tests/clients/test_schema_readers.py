"""Other people's compilers read schema.graphql."""

import json
from pathlib import Path

from tests.clients.conftest import snippets
from tests.support.npm import ROOT, installed, succeed

RELAY_COMPILER = "node_modules/relay-compiler/cli.js"


def test_the_relay_example_is_compiled(packages: Path) -> None:
    """The committed artifacts are what relay-compiler makes of the example and of schema.graphql."""
    succeed(["node", str(packages / RELAY_COMPILER), "--validate"], ROOT / "examples/relay")


def test_relay_compiles_the_documented_fragments(packages: Path, tmp_path: Path) -> None:
    """The fragments of docs/clients.md compile: @connection and @refetchable, on the root and on a task."""
    blocks = snippets()
    (tmp_path / "src").mkdir()
    for module, block in {"TaskList": "relay-tasks.graphql", "TaskItem": "relay-pictures.graphql"}.items():
        text = f'import {{ graphql }} from "react-relay";\nexport default graphql`{blocks[block]}`;\n'
        (tmp_path / "src" / f"{module}.ts").write_text(text)
    config = {"src": "src", "schema": "schema.graphql", "language": "typescript"}
    (tmp_path / "relay.config.json").write_text(json.dumps(config))
    (tmp_path / "schema.graphql").write_bytes((ROOT / "schema.graphql").read_bytes())
    succeed(["node", str(packages / RELAY_COMPILER)], tmp_path)

    made = {path.name for path in (tmp_path / "src/__generated__").iterdir()}
    assert {"TaskListPaginationQuery.graphql.ts", "TaskItemPaginationQuery.graphql.ts"} <= made


def test_code_generator_writes_the_types_of_operations(bench: Path) -> None:
    """GraphQL Code Generator reads the schema, with the documented configuration."""
    operations = ROOT / "examples/web/src/operations.graphql"
    (bench / "operations.graphql").write_bytes(operations.read_bytes())
    succeed(["node_modules/.bin/graphql-codegen", "--config", "codegen.ts"], bench)
    assert "export type TasksQuery = " in (bench / "operations.ts").read_text("utf-8")


def test_every_documented_snippet_has_its_types_right(bench: Path) -> None:
    """TypeScript, strict, finds nothing in the snippets, in the programs that walk with them, and in the example."""
    succeed(["node_modules/.bin/tsc", "--noEmit"], bench)


def test_the_gallery_is_built_from_its_sources(tmp_path: Path) -> None:
    """A build makes the committed files again, to the byte, types included."""
    folder = installed("examples/web")
    types = (folder / "src/operations.ts").read_bytes()
    succeed(["npm", "run", "build"], folder, timeout=180, GALLERY_OUT=str(tmp_path))
    assert contents(tmp_path) == contents(ROOT / "gateway/web/static/gallery"), "run `make gallery`"
    assert (folder / "src/operations.ts").read_bytes() == types


def test_the_documented_versions_are_those_that_are_tested(packages: Path) -> None:
    """docs/clients.md names the versions of package.json."""
    pinned = json.loads((packages / "package.json").read_text())["dependencies"]
    text = " ".join((ROOT / "docs/clients.md").read_text("utf-8").split())
    named = {
        "Apollo Client": "@apollo/client",
        "urql core": "@urql/core",
        "graphcache": "@urql/exchange-graphcache",
        "Relay": "relay-runtime",
    }
    assert [name for name, package in named.items() if f"{name} {pinned[package]}" not in text] == []


def contents(folder: Path) -> dict[str, bytes]:
    """The files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
