"""The promise of docs/paging.md, held against any list, any changes, and readers that break it."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from gateway.paging.plan import SignedPlan
from tests.listing.drift_machine import Drift, alike, some_without_id
from tests.listing.wrong_readers import TrustsBlocks, TrustsEarlierRows, TrustsOffsets, TrustsTotals
from tests.support.replica import WatchedReader

FULL = 1_200


def run(machine: type[Drift], examples: int) -> None:
    """Runs a machine: a tenth always in the same way, the full run each time in another."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            database=None,
            derandomize=examples <= FULL // 10,
            suppress_health_check=list(HealthCheck),
        ),
    )


examples = pytest.mark.parametrize("examples", [FULL // 10, pytest.param(FULL, marks=pytest.mark.proof)])


@examples
def test_no_standing_row_is_lost_or_repeated(examples: int) -> None:
    """Whatever changes, before whichever call, for blocks of any age in any replica and for exact windows."""

    class Machine(Drift):
        """Blocks and exact windows."""

    run(Machine, examples)
    assert Machine.counts["pages"] > 10 * examples
    # Which changes hypothesis draws depends on the modules that are loaded: 10 to 22 % of the pages end so.
    assert 0 < Machine.counts["stale"] < Machine.counts["pages"] / 3


@examples
def test_a_signed_request_keeps_the_promise_in_one_call(examples: int) -> None:
    """It cannot search, so it ends as stale more often; it loses and repeats nothing."""

    class Machine(Drift):
        plan_types = (SignedPlan,)

    run(Machine, examples // 3)
    assert Machine.counts["stale"] > 0


@examples
def test_rows_told_apart_by_their_content_alone_keep_the_promise(examples: int) -> None:
    """As long as no two contents are equal, a list in which every third id is missing is walked as safely."""

    class Machine(Drift):
        name = staticmethod(some_without_id)

    run(Machine, examples // 3)


@examples
def test_equal_rows_do_not_break_the_reader(examples: int) -> None:
    """Rows that nobody can tell apart are best effort; pages, bounds and errors are as everywhere."""

    class Machine(Drift):
        name = staticmethod(alike)
        keeps_promise = False

    run(Machine, examples // 3)


@pytest.mark.parametrize("wrong", [TrustsOffsets, TrustsBlocks, TrustsTotals, TrustsEarlierRows])
def test_readers_that_break_the_promise_are_caught(wrong: type[WatchedReader]) -> None:
    """The same check finds each of them out."""

    class Machine(Drift):
        reader = wrong
        promise_only = True

    with pytest.raises(AssertionError, match="broken promise"):
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=4 * FULL,
                stateful_step_count=40,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
