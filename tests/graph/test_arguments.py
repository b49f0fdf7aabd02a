import pytest

from gateway.errors import BadUserInput, Reason
from gateway.graph.arguments import identifier, page_size


@pytest.mark.parametrize(("first", "size"), [(None, 10), (0, 0), (1, 1), (1000, 1000)])
def test_page_sizes_in_range(first: int | None, size: int) -> None:
    """Null is the default, nothing is a size too."""
    assert page_size(first, default=10, most=1000) == size


@pytest.mark.parametrize("first", [-1, 1001, 2**31 - 1, -(2**31)])
def test_page_sizes_out_of_range(first: int) -> None:
    """The message names the range and what was sent."""
    with pytest.raises(BadUserInput, match=f"^`first` has to be 0 to 1000; it is {first}\\.$") as caught:
        page_size(first, default=10, most=1000)
    assert caught.value.reason is Reason.FIRST_OUT_OF_RANGE


@pytest.mark.parametrize("value", ["a", " ", "x" * 1024, "a b+c/~é=&*", "\N{GRINNING FACE}", "%00", "\xa0", "'--"])
def test_ids_are_taken_as_they_are(value: str) -> None:
    """Whatever can be printed is the upstream's business."""
    assert identifier("taskId", value) == value


@pytest.mark.parametrize(
    ("value", "words"),
    [("", "empty"), ("x" * 1025, "1025 characters")]
    + [(f"a{character}", "control character") for character in "\0\t\n\r\x1f\x7f\x80\x9f\ud800\udfff"],
)
def test_ids_that_would_widen_or_break_the_question(value: str, words: str) -> None:
    """Empty, too long, or with a control character or half a surrogate pair."""
    with pytest.raises(BadUserInput, match=words) as caught:
        identifier("taskId", value)
    assert caught.value.reason is Reason.INVALID_ID
    assert caught.value.message.startswith("`taskId` ")
