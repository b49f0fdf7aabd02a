"""The Python example against the demo, on a socket."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from examples.python.walk import Gateway, GraphQLError
from tests.support.npm import ROOT
from tests.support.site import TOKEN, Site, open_site


@pytest.fixture(scope="module")
def quiet_site() -> Iterator[Site]:
    """A demo with 1 234 tasks, odd ones among them, that no test changes."""
    with open_site(size=1_234, clean=False) as site:
        yield site


@pytest.fixture
def site() -> Iterator[Site]:
    """A demo with 450 tasks, for one test."""
    with open_site(size=450, gateway={"throttle_max_seconds": 0.001}) as site:
        yield site


class Naps:
    """Sleeps nobody waits for; does something meanwhile."""

    def __init__(self, site: Site) -> None:
        self.seconds: list[float] = []
        self._site = site

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self._site.emulator.clear()


def command(site: Site, token: str) -> subprocess.CompletedProcess[str]:
    """Runs the program as its documentation says."""
    line = [sys.executable, str(ROOT / "examples/python/walk.py"), site.graphql, "--token", token]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)


def test_the_program_lists_every_task(quiet_site: Site) -> None:
    """A line for each of 1 234 tasks, in order; a dash for what the platform did not say."""
    outcome = command(quiet_site, TOKEN)
    assert outcome.stderr == ""
    ids = [line.split()[0] for line in outcome.stdout.splitlines()]
    assert ids == [task_id or "-" for task_id in quiet_site.emulator.catalogue().task_ids()]


def test_the_program_says_what_is_wrong(quiet_site: Site) -> None:
    """A token that is not accepted ends it with the code, and without a traceback."""
    outcome = command(quiet_site, "expired")
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("UNAUTHENTICATED: ")
    assert "Traceback" not in outcome.stderr
    assert "expired" not in outcome.stdout


def test_it_waits_while_the_quota_is_used_up(site: Site) -> None:
    """A used up quota is slept through, for as long as the gateway says."""
    site.emulator.fault("throttled", retry_after=7)
    naps = Naps(site)
    with Gateway(site.graphql, TOKEN, sleep=naps) as gateway:
        tasks = list(gateway.tasks())
    assert len(tasks) == 450
    assert naps.seconds == [7]


def test_its_patience_has_an_end(site: Site) -> None:
    """After so many naps the error comes through."""
    site.emulator.fault("throttled", retry_after=7)
    slept: list[float] = []
    with Gateway(site.graphql, TOKEN, patience=2, sleep=slept.append) as gateway, pytest.raises(GraphQLError) as caught:
        gateway.page(None)
    assert caught.value.code == "RATE_LIMITED"
    assert len(slept) == 2


def test_it_begins_anew_where_the_list_changed_too_much(site: Site) -> None:
    """With every row exchanged under it, it gives the new ones, and none twice."""
    with Gateway(site.graphql, TOKEN, page_size=99) as gateway:
        walk = gateway.tasks()
        ids = [next(walk).task_id for _ in range(99)]
        site.emulator.remove(at=0, count=450)
        new = site.emulator.insert(at=0, count=450)
        ids += [task.task_id for task in walk]

    assert len(ids) == len(set(ids))
    # The first block is remembered for a while: of its hundred rows the old ones are given again, and left out.
    assert set(new[100:]) <= set(ids)
