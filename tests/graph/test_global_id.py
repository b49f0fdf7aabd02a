import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BadUserInput, Reason
from gateway.graph.global_id import GlobalId, decode, place_id
from gateway.paging.cursor import NO_ROW, Cursor

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.sampled_from(["ThumbnailTask", "Asset"]), TEXT.filter(bool))
def test_an_id_comes_back_as_it_went_out(type_name: str, key: str) -> None:
    """Whatever the upstream's id looks like, ours is one word that is safe in a URL."""
    text = GlobalId(type_name, key).encode()
    assert decode(text) == GlobalId(type_name, key)
    assert text.replace("-", "").replace("_", "").rstrip("=").isalnum()
    assert text.isascii()


@given(st.one_of(TEXT, st.binary().map(lambda octets: base64.urlsafe_b64encode(octets).decode()), st.text()))
def test_garbage_is_bad_input_and_nothing_else(text: str) -> None:
    """What this gateway did not write is refused; what is accepted is written in one way only."""
    with suppress(BadUserInput):
        assert decode(text).encode() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "====",
        base64.urlsafe_b64encode(b"ThumbnailTask").decode(),
        base64.urlsafe_b64encode(b"ThumbnailTask:").decode(),
        base64.urlsafe_b64encode(b":a").decode(),
        base64.urlsafe_b64encode(b"Thumbnail Task:a").decode(),
        base64.urlsafe_b64encode(b"ThumbnailTask:ab").decode().rstrip("="),
        base64.urlsafe_b64encode(b"ThumbnailTask:a").decode() + "\n",
        base64.b64encode("ThumbnailTask:\N{LATIN SMALL LETTER Y WITH DIAERESIS}?>".encode()).decode(),
        base64.urlsafe_b64encode(b"ThumbnailTask:\xff").decode(),
        "\N{GRINNING FACE}",
        "\ud800",
    ],
)
def test_ids_of_another_spelling(text: str) -> None:
    """Other padding, the other alphabet, no type, no key, no UTF-8, not even base64."""
    with pytest.raises(BadUserInput) as caught:
        decode(text)
    assert caught.value.reason is Reason.INVALID_ID


def test_a_place_cannot_be_asked_for_again() -> None:
    """The message says why."""
    cursor = Cursor(offset=7, total=9, row=b"abcdef", next_row=NO_ROW, filters=0x12345678)
    with pytest.raises(BadUserInput, match="no id of its own") as caught:
        decode(place_id("ThumbnailTask", cursor))
    assert caught.value.reason is Reason.NOT_REFETCHABLE


def test_places_are_told_apart() -> None:
    """By list, by offset and by content; the total, which is the same for all rows, does not count."""
    cursor = Cursor(offset=7, total=9, row=b"abcdef", next_row=b"ghijkl", filters=3)
    others = [cursor._replace(offset=8), cursor._replace(row=b"abcdeg"), cursor._replace(filters=9)]
    assert len({place_id("ThumbnailTask", each) for each in [cursor, *others]}) == 4
    assert place_id("ThumbnailTask", cursor._replace(total=None, next_row=b"mnopqr")) == place_id(
        "ThumbnailTask", cursor
    )
