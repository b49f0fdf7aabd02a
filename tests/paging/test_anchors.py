"""Anchors: where a window carries a page on."""

import pytest

from gateway.paging.anchors import Edge, Joint, join
from gateway.paging.cursor import Cursor
from gateway.paging.window import Window
from tests.support.moving_list import SeenRow
from tests.support.windows import FILTERS, cursor, row, window


def taken(names: str, *, offset: int = 0, total: int = 0) -> list[Edge[SeenRow]]:
    """Rows of a page that stood behind one another in a window read before."""
    before = window(names, offset=offset, total=total)
    return [Edge(row(name), before, at, FILTERS) for at, name in enumerate(names.split())]


@pytest.mark.parametrize(
    ("names", "begin"),
    [
        ("a R N b", 2),
        ("a R x N b", 2),
        ("a b R", 3),
        ("R N", 1),
        ("N R", 2),
        ("a N b", 1),
        ("N b", 0),
        ("a b N", 2),
        ("a b c", None),
        ("", None),
    ],
)
def test_a_page_goes_on_behind_its_row_or_at_the_row_after_it(names: str, begin: int | None) -> None:
    """Behind R wherever R stands; at N where R is gone; nowhere else."""
    joint = join(window(names), cursor("R", "N"), [])
    assert joint == (None if begin is None else Joint(begin, 0))


@pytest.mark.parametrize("earlier", ["a", "a b", "a b x"])
def test_an_earlier_row_is_no_anchor(earlier: str) -> None:
    """R may stand further on, and would be handed out twice."""
    assert join(window(earlier), cursor("R", "N", offset=2, total=9), taken=[]) is None


def test_an_unchanged_total_is_no_anchor() -> None:
    """One row may have come and another gone."""
    assert join(window("a b c d", total=9), cursor("R", "N", offset=2, total=9), []) is None


def test_a_cursor_without_a_follower_does_not_take_the_missing_one_for_it() -> None:
    """No row stands for none."""
    assert join(window("a b"), cursor("R"), []) is None


@pytest.mark.parametrize(
    ("names", "after", "begin"),
    [
        ("a ?R N", cursor("?R", "N", offset=9), 2),
        ("a ?R b", cursor("?R", "N", offset=9), None),
        ("a ?R b", cursor("?R", "N", offset=1, total=3), 2),
        ("a ?R b", cursor("?R", "N", offset=1, total=4), None),
        ("a ?R b", cursor("?R", "N", offset=2, total=3), None),
        ("a ?R", cursor("?R", offset=9), None),
        ("a ?N b", cursor("R", "?N", offset=9), None),
    ],
)
def test_a_row_without_an_id_needs_a_second_witness(names: str, after: Cursor, begin: int | None) -> None:
    """The row after it agrees, or neither offset nor total has changed; and it is no N at all."""
    joint = join(window(names), after, [])
    assert joint == (None if begin is None else Joint(begin, 0))


@pytest.mark.parametrize(
    ("names", "after", "begin"),
    [
        ("R a R N", cursor("R", "N", offset=9), 3),
        ("R N R N", cursor("R", "N", offset=9), None),
        ("R a R b", cursor("R", "N", offset=9), None),
        ("R a R b", cursor("R", "N", offset=2, total=4), 3),
        ("R R R", cursor("R", "R", offset=9), None),
        ("R R R", cursor("R", "R", offset=1, total=3), 2),
        ("a N N", cursor("R", "N", offset=9), None),
    ],
)
def test_a_row_met_twice_needs_a_second_witness(names: str, after: Cursor, begin: int | None) -> None:
    """Its untouched place, or one pair that agrees."""
    joint = join(window(names), after, [])
    assert joint == (None if begin is None else Joint(begin, 0))


@pytest.mark.parametrize(
    ("names", "joint"),
    [
        ("c d e", Joint(1, 3)),
        ("a b c", Joint(3, 3)),
        ("b x", Joint(1, 2)),
        ("x a y", Joint(2, 1)),
        ("R x", Joint(1, 0)),
        ("x N", Joint(1, 0)),
        ("x y", None),
    ],
)
def test_windows_are_joined_by_the_last_row_taken_that_stands_in_both(names: str, joint: Joint | None) -> None:
    """Rows taken behind it are dropped; where none stands, the page begins anew behind the client's cursor."""
    assert join(window(names), cursor("R", "N"), taken("a b c")) == joint


def test_a_page_from_the_start_has_no_cursor_to_fall_back_on() -> None:
    """None of its rows found, nothing is."""
    assert join(window("x y"), None, taken("a b c")) is None


@pytest.mark.parametrize(
    ("names", "joint"),
    [
        (window("?b ?c d", offset=1, total=9), Joint(2, 3)),
        (window("x ?c d", offset=1, total=4), None),
        (window("?c d", offset=2, total=9), Joint(1, 3)),
        (window("?c d", offset=2, total=8), None),
        (window("?c x ?c", offset=5, total=8), None),
    ],
)
def test_a_row_without_an_id_joins_windows_only_beside_its_neighbour_or_unmoved(
    names: Window[SeenRow], joint: Joint | None
) -> None:
    """Another with the same content may stand in its place."""
    assert join(names, None, taken("?a ?b ?c", total=9)) == joint
