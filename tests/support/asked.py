"""Upstream calls that are wanted, one after the other, for tests of budgets."""

from dataclasses import dataclass

from hypothesis import strategies as st


@dataclass(frozen=True)
class Asked:
    """A call that is wanted so many seconds after the one before."""

    later: float
    scope: str
    covered: bool


ASKED = st.builds(
    Asked,
    later=st.sampled_from([0.0, 0.0, 0.25, 1.0, 7.5, 30.0, 59.75, 60.0, 90.0]),
    scope=st.sampled_from("abc"),
    covered=st.booleans(),
)
