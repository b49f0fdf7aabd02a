import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.key import cache_key, request_key, scope_of

SECRET = b"s" * 32
PARTS = st.lists(st.text("ab\x00\x01", max_size=3), max_size=4)


@given(PARTS, PARTS)
def test_different_questions_have_different_keys(one: list[str], other: list[str]) -> None:
    """No part can pose as two, nor two as one: the key is equal exactly where the parts are."""
    assert (cache_key(SECRET, "scope", *one) == cache_key(SECRET, "scope", *other)) is (one == other)


@given(st.text("0123456789abcdef", min_size=1), PARTS)
def test_a_key_begins_with_its_scope(scope: str, parts: list[str]) -> None:
    """So that all keys of a scope can be found again."""
    assert scope_of(cache_key(SECRET, scope, *parts)) == scope


def test_the_scope_is_in_the_digest_too() -> None:
    """Keys of two scopes differ in both halves; so they do for another secret."""
    one, other = cache_key(SECRET, "a", "q"), cache_key(SECRET, "b", "q")
    assert one.partition(".")[2] != other.partition(".")[2]
    assert cache_key(b"t" * 32, "a", "q") != one


def test_a_key_shows_nothing_of_the_question() -> None:
    """It is hexadecimal, and of one length for every question."""
    assert re.fullmatch(r"scope\.[0-9a-f]{32}", cache_key(SECRET, "scope", "project", "task id é"))


@pytest.mark.parametrize("length", [0, 1, 64])
def test_secrets_of_every_length_that_is_allowed(length: int) -> None:
    """BLAKE2b takes keys of up to 64 octets."""
    assert cache_key(b"k" * length, "a")


CALLER = st.tuples(*[st.binary(max_size=3).map(lambda value: value.replace(b"\0", b"\1"))] * 3)


@given(CALLER, CALLER, st.binary(max_size=6), st.binary(max_size=6))
def test_different_requests_have_different_keys(
    one: tuple[bytes, ...], other: tuple[bytes, ...], question: bytes, another: bytes
) -> None:
    """Whatever moves from one header to the next, or into the body, is another request."""
    same = (one, question) == (other, another)
    assert (request_key(SECRET, one, b"POST", question) == request_key(SECRET, other, b"POST", another)) is same


def test_a_requests_key_shows_nothing_of_it() -> None:
    """It is hexadecimal, and another one for another secret."""
    key = request_key(SECRET, [b"a token"], b"GET", b"a question")
    assert re.fullmatch("[0-9a-f]{64}", key)
    assert request_key(b"t" * 32, [b"a token"], b"GET", b"a question") != key
