from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.settings import PREFIX, Settings

SECRET = "a-secret-of-the-cache"
GOOD = {"GATEWAY_UPSTREAM_URL": "https://vod.example.com", "GATEWAY_PROJECT_ID": "p"}


def listed(folder: Path, **environment: str) -> Result:
    """The command's output in a folder."""
    with chdir(folder):
        return CliRunner().invoke(main, ["settings"], env=environment)


def test_every_setting_is_listed_with_what_it_does(tmp_path: Path) -> None:
    """Name, value in force, description."""
    result = listed(tmp_path, **GOOD, GATEWAY_PORT="81")
    assert result.exit_code == 0
    for name, field in Settings.model_fields.items():
        assert f"\n{PREFIX}{name.upper()}=" in "\n" + result.stdout
        assert f"    {field.description}\n" in result.stdout
    assert "GATEWAY_PORT=81\n" in result.stdout
    assert "GATEWAY_CACHE_FRESH_SECONDS=10" in result.stdout
    assert result.stderr == ""


def test_secrets_are_masked(tmp_path: Path) -> None:
    """That one is set shows, what it is does not."""
    result = listed(tmp_path, **GOOD, GATEWAY_CACHE_SECRET=SECRET)
    assert "GATEWAY_CACHE_SECRET=*" in result.stdout
    assert SECRET not in result.output


@pytest.mark.parametrize("environment", [{}, {"GATEWAY_PROT": SECRET}, {"GATEWAY_PORT": SECRET}])
def test_settings_that_would_not_start_are_told(environment: dict[str, str], tmp_path: Path) -> None:
    """The defaults are listed nevertheless; nothing of a bad value is repeated."""
    result = listed(tmp_path, **environment)
    assert result.stderr.startswith("These settings would not start: GATEWAY_")
    assert "GATEWAY_PORT=8000\n" in result.stdout
    assert SECRET not in result.output


def test_the_file_is_read(tmp_path: Path) -> None:
    """As the gateway itself would read it."""
    (tmp_path / ".env").write_text("GATEWAY_UPSTREAM_URL=https://vod.example.com\nGATEWAY_PROJECT_ID=from-file\n")
    assert "GATEWAY_PROJECT_ID=from-file\n" in listed(tmp_path).stdout
