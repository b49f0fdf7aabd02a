"""Cursors: short, always the same for the same row, and forgiving of nothing."""

import hashlib
import random
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from gateway.errors import BadUserInput, Reason
from gateway.paging.cursor import NO_ROW, Cursor, decode, filters_fingerprint, row_fingerprint

LAST = 20_099
FILTERS = 0x5EEDF00D
SOME = Cursor(offset=999, total=24_301, row=row_fingerprint(b"R"), next_row=row_fingerprint(b"N"), filters=FILTERS)
ALPHABET = string.ascii_letters + string.digits + "-_"

fingerprints = st.binary(min_size=6, max_size=6).filter(lambda octets: octets != NO_ROW)
cursors = st.builds(
    Cursor,
    offset=st.integers(0, LAST),
    total=st.none() | st.integers(0, 2**32 - 2),
    row=fingerprints,
    next_row=st.just(NO_ROW) | fingerprints,
    filters=st.just(FILTERS),
)


def reason(text: str, filters: int = FILTERS) -> Reason | None:
    """Why a text is refused; None where it is a cursor."""
    try:
        decode(text, filters=filters, last_offset=LAST)
    except BadUserInput as refusal:
        return refusal.reason
    return None


@pytest.mark.parametrize("offset", [0, 999, 20_099])
def test_a_cursor_has_31_characters_whatever_its_offset(offset: int) -> None:
    """The design allows 63."""
    text = SOME._replace(offset=offset).encode()
    assert len(text) == 31
    assert set(text) <= set(ALPHABET)


@given(cursor=cursors)
def test_what_is_encoded_is_decoded(cursor: Cursor) -> None:
    """For every cursor that a gateway can make."""
    assert decode(cursor.encode(), filters=FILTERS, last_offset=LAST) == cursor


def test_the_layout_of_version_1_stays() -> None:
    """Clients hold cursors while a gateway is replaced by a newer one."""
    assert (
        Cursor(7, 100, b"\1\2\3\4\5\6", b"\7\10\11\12\13\14", 0x0D0E0F10).encode() == "AQ0ODxAAAABkAAcBAgMEBQYHCAkKCww"
    )


def test_a_total_beyond_32_bits_becomes_the_highest_one() -> None:
    """It is never mistaken for an unknown total."""
    text = SOME._replace(total=2**40).encode()
    assert decode(text, filters=FILTERS, last_offset=LAST).total == 2**32 - 2


def test_a_cursor_of_another_list_is_foreign() -> None:
    """The fingerprint of the filters tells."""
    assert reason(SOME.encode(), filters=FILTERS + 1) is Reason.FOREIGN_CURSOR


@pytest.mark.parametrize(
    "cursor", [SOME._replace(offset=LAST + 1), SOME._replace(offset=65_535), SOME._replace(row=NO_ROW)]
)
def test_a_cursor_that_no_list_can_give_is_invalid(cursor: Cursor) -> None:
    """An offset that cannot be read, or no row at all."""
    assert reason(cursor.encode()) is Reason.INVALID_CURSOR


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A" * 30,
        "A" * 32,
        "A" * 30 + "=",
        "A" * 29 + "==",
        "=" * 31,
        SOME.encode()[:-1] + "=",
        SOME.encode() + "=",
        " " + SOME.encode()[1:],
        SOME.encode()[:-1] + "\n",
        "B" + SOME.encode()[1:],
        "\ud800" * 31,
        "é" * 31,
        "\0" * 31,
    ],
)
def test_a_text_that_is_almost_a_cursor_is_invalid(text: str) -> None:
    """Padding, white space, another version, characters of no alphabet."""
    assert reason(text) is Reason.INVALID_CURSOR


@given(cursor=cursors)
def test_each_cursor_has_one_spelling_only(cursor: Cursor) -> None:
    """The last character's unused bits and base64's other alphabet spell nothing."""
    text = cursor.encode()
    last = ALPHABET.index  # any other last character is another cursor, or none
    spelled_alike = [text[:-1] + other for other in ALPHABET if last(other) != last(text[-1])]
    spelled_alike += [text.replace("-", "+"), text.replace("_", "/")]
    for other in spelled_alike:
        if other != text and reason(other) is None:
            assert decode(other, filters=FILTERS, last_offset=LAST) != cursor


class Unread(str):
    """A text that must not be looked into."""

    __slots__ = ()

    @override
    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        raise AssertionError("a text of this length was read")


def test_a_long_text_is_refused_by_its_length_alone() -> None:
    """So that no text can cost more than a cursor does."""
    assert reason(Unread("A" * 1_000_000)) is Reason.INVALID_CURSOR


def any_text(dice: random.Random) -> str:
    """Characters of all planes, of any length."""
    return "".join(chr(dice.randrange(0x110000)) for _ in range(dice.randrange(80)))


def cursor_like(dice: random.Random) -> str:
    """Characters of the alphabet, or nearly so, in the right number."""
    return "".join(dice.choices(ALPHABET + "=+/", k=dice.choice([30, 31, 31, 31, 31, 32])))


def damaged(dice: random.Random) -> str:
    """A good cursor with some characters changed."""
    text = list(SOME._replace(offset=dice.randrange(LAST + 1)).encode())
    for _ in range(dice.randrange(1, 4)):
        text[dice.randrange(31)] = dice.choice(ALPHABET + "=+/ é")
    return "".join(text)


@pytest.mark.parametrize("make", [any_text, cursor_like, damaged])
@pytest.mark.parametrize("count", [3_400, pytest.param(34_000, marks=pytest.mark.proof)])
def test_random_texts_give_errors_and_nothing_else(make: Callable[[random.Random], str], count: int) -> None:
    """Three kinds of text, 102 000 in the full run: only a damaged cursor may still be a cursor."""
    dice = random.Random(count)
    reasons = {reason(make(dice)) for _ in range(count)}
    assert reasons <= {Reason.INVALID_CURSOR, Reason.FOREIGN_CURSOR, None if make is damaged else Reason.INVALID_CURSOR}


@given(identity=st.binary())
def test_a_rows_fingerprint_has_6_octets_and_is_never_that_of_no_row(identity: bytes) -> None:
    """The cursor's layout has room for no more. They stay what they are, as clients hold cursors."""
    fingerprint = row_fingerprint(identity)
    assert len(fingerprint) == 6
    assert fingerprint != NO_ROW
    assert fingerprint == hashlib.blake2b(identity, digest_size=6).digest()


@given(
    parts=st.lists(st.none() | st.text(max_size=3), max_size=4),
    others=st.lists(st.none() | st.text(max_size=3), max_size=4),
)
def test_other_filters_have_another_fingerprint(parts: list[str | None], others: list[str | None]) -> None:
    """Parts do not run into one another, and an absent one is not an empty one."""
    assert (filters_fingerprint(*parts) == filters_fingerprint(*others)) is (parts == others)


@pytest.mark.parametrize(("one", "other"), [(("ab", "c"), ("a", "bc")), ((None,), ("",)), ((), (None,))])
def test_filters_that_look_alike_differ(one: tuple[str | None, ...], other: tuple[str | None, ...]) -> None:
    """The cases that a plain join would mix up."""
    assert filters_fingerprint(*one) != filters_fingerprint(*other)
