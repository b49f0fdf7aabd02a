"""The soak, and what docs/operations.md says of it."""

import pytest

from benchmarks.soak import run


@pytest.mark.parametrize("minutes", [0.4, pytest.param(10, marks=pytest.mark.proof)])
def test_faults_and_changes_under_load_cost_what_they_have_to(minutes: float) -> None:
    """Errors follow from faults, rows are right, walks whole; nothing of the gateway's own fails or grows."""
    soak = run(minutes)
    assert [(name, found) for name, holds, found in soak.verdicts() if not holds] == []
