from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.emulator import spans
from gateway.emulator.spans import Spans

EDITS = st.lists(st.tuples(st.sampled_from(["insert", "remove"]), st.integers(0, 60), st.integers(1, 20)), max_size=20)


@settings(deadline=None)
@given(EDITS, st.integers(0, 80), st.integers(0, 80))
def test_spans_behave_like_a_list(edits: list[tuple[str, int, int]], offset: int, limit: int) -> None:
    """After any edits, length, windows and positions are those of a plain list that was edited in the same way."""
    table: Spans = (range(30),)
    model = list(range(30))
    fresh = 30
    for edit, at, count in edits:
        if edit == "insert":
            table = spans.insert(table, at, range(fresh, fresh + count))
            model[at:at] = range(fresh, fresh + count)
            fresh += count
        else:
            table, taken = spans.remove(table, at, count)
            assert list(spans.window(taken, 0, count)) == model[at : at + count]
            del model[at : at + count]
    assert spans.length(table) == len(model)
    assert list(spans.window(table, offset, limit)) == model[offset : offset + limit]
    for number in range(fresh):
        assert spans.position(table, number) == (model.index(number) if number in model else None)
    assert all(table)
