import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.emulator import Tenant
from gateway.emulator.catalogue import Catalogue

PROJECT = "0" * 32


def catalogue(**options: Any) -> Catalogue:
    return Catalogue(Tenant(PROJECT, **{"clean": True, **options}))


def ids(window: tuple[int, list[object]]) -> list[str]:
    return [row["task_id"] for row in window[1] if isinstance(row, dict)]


def test_a_million_tasks_start_at_once_and_small() -> None:
    """A tenant of a million tasks takes less than 100 kB until it is read, and its last rows can be read."""
    tracemalloc.start()
    try:
        large = catalogue(size=1_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000
    total, rows = large.page(999_990, 100)
    assert (total, len(rows)) == (1_000_000, 10)


def test_a_page_is_a_window_of_the_list() -> None:
    """Pages one after another give every row once, in order; behind the end there are none."""
    small = catalogue(size=25)
    walk = [task for offset in (0, 10, 20, 30) for task in ids(small.page(offset, 10))]
    assert walk == small.task_ids()
    assert len(set(walk)) == 25


def test_filters_narrow_and_both_must_hold() -> None:
    """By asset, by task, by both: and a task of another asset is not found."""
    small = catalogue(size=30, assets=3)
    every = small.task_ids()
    first, second = small.asset_ids(2)
    assert small.page(0, 100, asset_id=first)[0] == 10
    assert ids(small.page(0, 100, asset_id=first)) == every[0::3]
    assert ids(small.page(2, 3, asset_id=second)) == every[1::3][2:5]
    task = every[4]
    assert task is not None
    assert small.asset_id(task) == second
    assert ids(small.page(0, 10, task_id=task)) == [task]
    assert small.page(0, 10, task_id=task, asset_id=second)[0] == 1
    assert small.page(0, 10, task_id=task, asset_id=first) == (0, [])


@pytest.mark.parametrize("unknown", ["f" * 32, "abc", "x"])
def test_unknown_ids_match_nothing(unknown: str) -> None:
    """A made-up id is an empty list, not an error."""
    small = catalogue(size=30)
    assert small.page(0, 10, asset_id=unknown) == (0, [])
    assert small.page(0, 10, task_id=unknown) == (0, [])
    assert small.find(unknown) is None
    assert small.asset_id(unknown) is None
    assert small.remove(task_id=unknown) == 0


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), st.integers(0, 40), st.integers(1, 5), st.sampled_from([None, 0, 1, 2])),
        st.tuples(st.just("rows"), st.integers(0, 40), st.integers(1, 5), st.sampled_from([None, 0, 1, 2])),
        st.tuples(st.just("remove"), st.integers(0, 40), st.integers(1, 5), st.none()),
        st.tuples(st.just("remove one"), st.integers(0, 40), st.none(), st.none()),
        st.tuples(st.just("move"), st.integers(0, 40), st.integers(1, 5), st.integers(0, 40)),
    ),
    max_size=15,
)


@settings(deadline=None)
@given(EDITS)
def test_edits_are_those_of_a_plain_list(edits: list[tuple[str, int, Any, Any]]) -> None:
    """After any edits the list, and the list of each asset, are what a plain list of (id, asset) would be."""
    small = catalogue(size=12, assets=3)
    assets = small.asset_ids(3)
    model = [(task, small.asset_id(task)) for task in small.task_ids() if task is not None]
    for turn, (edit, at, count, more) in enumerate(edits):
        asset = assets[more] if edit in {"insert", "rows"} and more is not None else None
        if edit == "insert":
            new = small.insert(at=at, count=count, asset_id=asset)
            model[at:at] = [(task, small.asset_id(task)) for task in new]
        elif edit == "rows":
            new = small.insert_rows([{"task_id": f"{turn}-{i}"} for i in range(count)], at=at, asset_id=asset)
            model[at:at] = [(task, asset) for task in new]
        elif edit == "remove":
            assert small.remove(at=at, count=count) == len(model[at : at + count])
            del model[at : at + count]
        elif edit == "remove one" and at < len(model):
            task, _ = model.pop(at)
            assert small.remove(task_id=task) == 1
        elif edit == "move":
            taken = model[at : at + count]
            del model[at : at + count]
            model[more:more] = taken
            assert small.move(at=at, to=more, count=count) == len(taken)
    assert small.task_ids() == [task for task, _ in model]
    for asset in assets:
        assert ids(small.page(0, 100, asset_id=asset)) == [task for task, owner in model if owner == asset]


def test_rows_for_an_asset_belong_to_it() -> None:
    """Rows inserted for an asset are found under it; an asset of nobody is refused."""
    small = catalogue(size=12, assets=3)
    asset = small.asset_ids(2)[1]
    new = small.insert(count=4, asset_id=asset)
    assert ids(small.page(0, 4, asset_id=asset)) == new
    assert len({*new, *small.task_ids()}) == 16
    with pytest.raises(ValueError, match="no such asset"):
        small.insert(asset_id="f" * 32)


def test_literal_rows_go_out_as_they_are() -> None:
    """Literal rows may be anything, and a total may be fixed: the vendor's own example is a legal tenant."""
    example = catalogue(rows=[{"thumbnail_para": None}], total=0)
    assert example.page(0, 10) == (0, [{"thumbnail_para": None}])
    strange = catalogue(rows=[17, None, {"task_id": 5}, {"task_id": "a"}, {"task_id": "a"}])
    assert strange.page(1, 2) == (5, [None, {"task_id": 5}])
    assert strange.task_ids() == [None, None, None, "a", "a"]
    assert strange.page(0, 10, task_id="a")[0] == 2
    assert strange.remove(task_id="a") == 2
    assert len(strange) == 3


def test_a_task_that_hides_its_id_is_not_found_by_it() -> None:
    """Rows without task_id stand in the list, but no id leads to them."""
    odd = catalogue(size=2000, clean=False)
    hidden = [at for at, task in enumerate(odd.task_ids()) if task is None]
    assert hidden
    true_ids = catalogue(size=2000).task_ids()
    assert odd.find(str(true_ids[hidden[0]])) is None
    assert odd.find(str(true_ids[hidden[0] - 1])) is not None
