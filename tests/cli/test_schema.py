from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main

COMMITTED = Path(__file__).parents[2] / "schema.graphql"
TEXT = COMMITTED.read_text(encoding="utf-8")


def check(text: str, folder: Path) -> Result:
    """Checks a schema that somebody committed."""
    file = folder / "committed.graphql"
    file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["schema", "--check", "--file", str(file)])


def test_the_schema_is_printed_as_it_is_committed() -> None:
    """So `vod-gateway schema > schema.graphql` writes the file."""
    result = CliRunner().invoke(main, ["schema"])
    assert (result.exit_code, result.stdout) == (0, TEXT)


def test_the_committed_schema_is_the_one_that_is_served(tmp_path: Path) -> None:
    """The check passes and says so."""
    result = check(TEXT, tmp_path)
    assert result.exit_code == 0
    assert "is the schema that is served" in result.stdout


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        # The left text is served; the right one is what clients were promised.
        ("truncated: Boolean!", "truncated: Boolean!\n  gone: Int", "breaking: Field ThumbnailTaskConnection.gone was"),
        ("taskId: ID\n", "taskId: ID!\n", "breaking: Field ThumbnailTask.taskId changed type from ID! to ID."),
        ("  JPG\n", "  JPG\n  PNG\n", "breaking: Enum value ThumbnailFormat.PNG was removed."),
        (
            "taskId: ID!\n  ): ThumbnailTask",
            "taskId: ID\n  ): ThumbnailTask",
            "breaking: Argument Query.thumbnailTask(",
        ),
        ("implements Node", "", "dangerous: Node added to interfaces implemented by ThumbnailTask."),
        (
            "first: Int = 20",
            "first: Int = 10",
            "dangerous: ThumbnailTask.snapshots(first:) has changed defaultValue from 10 to 20.",
        ),
        ("A picture taken from a video.", "A picture.", "No change that breaks clients"),
    ],
)
def test_changes_are_named(old: str, new: str, told: str, tmp_path: Path) -> None:
    """Those that break clients, those that may, and that there is none."""
    assert old in TEXT
    result = check(TEXT.replace(old, new), tmp_path)
    assert result.exit_code == 1
    assert told in result.stdout
    assert "is not the schema that is served" in result.stderr


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """The name and the reason."""
    result = CliRunner().invoke(main, ["schema", "--check", "--file", str(tmp_path / "none.graphql")])
    assert result.exit_code == 1
    assert result.stderr == f"Error: {tmp_path}/none.graphql cannot be read: No such file or directory\n"


@pytest.mark.parametrize("text", ["type Query {", "<<<<<<< HEAD\n", "type Query { a: Nobody }", ""])
def test_a_file_that_is_no_schema_is_told(text: str, tmp_path: Path) -> None:
    """As after a merge that went wrong: a line with the reason, no traceback."""
    result = check(text, tmp_path)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.startswith(f"Error: {tmp_path}/committed.graphql is no schema: ")
    assert result.stderr.count("\n") == 1
