"""Real composers and a real router, installed from npm once for a session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.npm import installed
from tests.support.supergraph import EXAMPLE, Supergraph, supergraph


@pytest.fixture(scope="session")
def example() -> Path:
    """The folder of the example, with its packages."""
    return installed(EXAMPLE)


@pytest.fixture(scope="session")
def composers() -> Path:
    """This folder, with the official composer."""
    return installed("tests/federation")


@pytest.fixture(scope="session")
def everything(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supergraph]:
    """The example as it runs; once for all tests of it."""
    with supergraph(example, tmp_path_factory.mktemp("supergraph")) as running:
        yield running


@pytest.fixture
def graph(everything: Supergraph) -> Supergraph:
    """The example with an empty journal and no faults."""
    everything.emulator.clear()
    everything.emulator.journal.clear()
    return everything
