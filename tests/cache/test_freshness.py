import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.freshness import Freshness, State

SPANS = st.floats(0, 1e6)
ORDER = list(State)


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (-5, State.FRESH),
        (0, State.FRESH),
        (9.99, State.FRESH),
        (10, State.REVALIDATE),
        (59.99, State.REVALIDATE),
        (60, State.IF_ERROR),
        (359.99, State.IF_ERROR),
        (360, State.GONE),
    ],
)
def test_the_spans_follow_each_other(age: float, state: State) -> None:
    """10 seconds fresh, 50 revalidated, 300 if there is an error; each begins where the one before ends."""
    assert Freshness(10, 50, 300).state(age) is state


@given(SPANS, SPANS, SPANS, st.floats(-1e6, 4e6), st.floats(0, 1e6))
def test_nothing_grows_younger(fresh: float, revalidate: float, if_error: float, age: float, more: float) -> None:
    """An older entry is good for no more than a younger one, and for nothing at the end of its lifetime."""
    freshness = Freshness(fresh, revalidate, if_error)
    assert ORDER.index(freshness.state(age)) <= ORDER.index(freshness.state(age + more))
    assert freshness.state(freshness.lifetime) is State.GONE


def test_spans_of_nothing_are_left_out() -> None:
    """Without stale serving an entry is fresh, and then gone."""
    assert [Freshness(10, 0, 0).state(age) for age in (9, 10)] == [State.FRESH, State.GONE]
