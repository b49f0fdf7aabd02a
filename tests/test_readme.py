"""What the README says of the commands and the documents."""

import re
from pathlib import Path

from gateway.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_every_command_is_listed() -> None:
    """And no other one."""
    assert set(re.findall(r"^\| `vod-gateway (\w+)` \|", README, re.MULTILINE)) == set(main.commands)


def test_every_document_that_is_named_exists_and_every_document_is_named() -> None:
    """A page that the README does not lead to is a page that nobody finds."""
    named = set(re.findall(r"\]\((docs/[\w.]+)\)", README))
    assert named == {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}


def test_no_table_of_paging_stands_twice() -> None:
    """Each of its rows is a measurement, told once."""
    rows = [row for row in (ROOT / "docs" / "paging.md").read_text("utf-8").splitlines() if row.startswith("| a ")]
    assert rows
    assert len(rows) == len(set(rows))
