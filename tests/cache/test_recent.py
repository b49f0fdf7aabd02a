"""Bounded memory for what was used lately."""

from gateway.cache.recent import Recent


def test_the_least_recently_used_goes_first() -> None:
    """Where there are too many values."""
    recent: Recent[str] = Recent(most=2, room=100)
    recent.put("a", "A", size=1)
    recent.put("b", "B", size=1)
    assert recent.get("a") == "A"
    recent.put("c", "C", size=1)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == ("A", None, "C")


def test_the_sizes_never_exceed_the_room() -> None:
    """A large value pushes out as many as it takes; one that does not fit at all pushes out none."""
    recent: Recent[str] = Recent(most=100, room=10)
    for name in "abcde":
        recent.put(name, name, size=2)
    recent.put("large", "x", size=8)
    assert [name for name in "abcde" if recent.get(name)] == ["e"]
    recent.put("larger", "x", size=11)
    assert recent.get("larger") is None
    assert recent.get("large") == "x"


def test_a_value_put_again_counts_once() -> None:
    """With its new size."""
    recent: Recent[str] = Recent(most=100, room=10)
    for _ in range(5):
        recent.put("a", "A", size=6)
    recent.put("b", "B", size=4)
    assert recent.get("a") == "A"
