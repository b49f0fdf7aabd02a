from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.emulator.ids import Ids


@settings(deadline=None)
@given(st.integers(0, 2**128 - 1), st.integers())
def test_an_id_is_read_back(number: int, seed: int) -> None:
    """Every number has a 32 hex id, and the id gives the number back."""
    ids = Ids(seed, "task")
    text = ids.id_of(number)
    assert len(text) == 32
    assert ids.number_of(text) == number


def test_seeds_and_kinds_have_ids_of_their_own() -> None:
    """The same numbers have other ids under another seed and another kind."""
    sets = [{Ids(seed, kind).id_of(n) for n in range(1000)} for seed in (1, 2) for kind in ("task", "asset")]
    assert len(set.union(*sets)) == 4000


def test_a_text_that_is_no_id_has_no_number() -> None:
    """Wrong length, upper case and other characters are no ids."""
    ids = Ids(1, "task")
    for text in ("", "abc", "g" * 32, "A" * 32, "0x" + "1" * 30, "1" * 33):
        assert ids.number_of(text) is None
