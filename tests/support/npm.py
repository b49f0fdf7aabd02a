"""Packages from npm, installed for the tests that run them."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[2]


def installed(folder: str) -> Path:
    """A folder of the project with its locked packages in `node_modules`, installed if they are missing or older.

    Args:
        folder: Its path from the project's root.
    """
    path = ROOT / folder
    lock, installed_lock = path / "package-lock.json", path / "node_modules" / ".package-lock.json"
    if shutil.which("npm") is None:
        _missing("npm is not installed")
    if not installed_lock.exists() or installed_lock.stat().st_mtime < lock.stat().st_mtime:
        outcome = run(["npm", "ci", "--no-audit", "--no-fund"], path, timeout=500)
        if outcome.returncode != 0:
            _missing(f"npm ci in {folder} failed: {outcome.stderr[-500:]}")
        installed_lock.touch()
    return path


def run(
    command: list[str], folder: Path, *, timeout: float = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end, in a folder, with more environment."""
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def succeed(command: list[str], folder: Path, *, timeout: float = 120, **environment: str) -> str:
    """The same for a program that has to succeed; what it printed."""
    outcome = run(command, folder, timeout=timeout, **environment)
    assert outcome.returncode == 0, f"{' '.join(command)}\n{outcome.stdout}\n{outcome.stderr}"
    return outcome.stdout


def _missing(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
