"""The packages of the clients, and the documented snippets as files beside them."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.npm import ROOT, installed, run, succeed
from tests.support.site import TOKEN

TSCONFIG = {
    "compilerOptions": {
        "target": "es2022",
        "lib": ["es2023", "dom", "dom.iterable"],
        "module": "esnext",
        "moduleResolution": "bundler",
        "jsx": "react-jsx",
        "strict": True,
        "skipLibCheck": True,
        "noEmit": True,
        "types": ["node"],
    },
    "include": ["."],
    "exclude": ["node_modules"],
}


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder with the clients' packages in its `node_modules`."""
    return installed("tests/clients")


@pytest.fixture(scope="session")
def bench(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the blocks of docs/clients.md, the Relay example, and the programs that walk with them."""
    folder = tmp_path_factory.mktemp("clients")
    (folder / "node_modules").symlink_to(packages / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "tsconfig.json").write_text(json.dumps(TSCONFIG))
    shutil.copy(ROOT / "schema.graphql", folder)
    for name, text in snippets().items():
        (folder / name).write_text(text, "utf-8")
    for walk in (packages / "walks").iterdir():
        shutil.copy(walk, folder)
    shutil.copytree(ROOT / "examples/relay/src", folder / "example")
    return folder


def snippets() -> dict[str, str]:
    """The blocks of docs/clients.md that have a file's name."""
    text = (ROOT / "docs/clients.md").read_text("utf-8")
    return dict(re.findall(r"^```\w+ file=(\S+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))


Walk = Callable[[str, str], dict[str, Any]]


@pytest.fixture
def walk(bench: Path) -> Walk:
    """Runs one of the programs against a gateway: its name, the address; what it told."""

    def program(name: str, url: str) -> dict[str, Any]:
        bundle = f"{name}.bundle.mjs"
        options = ["--bundle", "--platform=node", "--format=esm", "--conditions=production", "--log-level=error"]
        banner = "--banner:js=import { createRequire } from 'module'; const require = createRequire(import.meta.url);"
        succeed(["node_modules/.bin/esbuild", f"{name}.walk.ts", *options, banner, f"--outfile={bundle}"], bench)
        outcome = run(["node", bundle], bench, timeout=60, GATEWAY_URL=url, GATEWAY_TOKEN=TOKEN)
        assert outcome.returncode == 0, outcome.stderr
        assert outcome.stderr == ""
        told: dict[str, Any] = json.loads(outcome.stdout)
        return told

    return program
