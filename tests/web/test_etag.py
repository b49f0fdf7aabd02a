"""Entity tags, and the requests that name them."""

import pytest

from gateway.web.etag import etag_of, is_known


def test_a_tag_names_its_octets() -> None:
    """The same for the same, another for others; quoted, and strong."""
    assert etag_of(b"{}") == etag_of(b"{}") != etag_of(b"[]")
    assert etag_of(b"{}").startswith('"')
    assert etag_of(b"{}").endswith('"')


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ("*", True),
        ('"b"', False),
        ("a", False),
        ("", False),
        (None, False),
        ('"a', False),
    ],
)
def test_what_a_client_says_that_it_holds(sent: str | None, known: bool) -> None:  # noqa: FBT001  a parameter of a test
    """One tag, several, any; a weak one counts, because an answer is compared as a whole."""
    assert is_known(sent, '"a"') is known
    assert not is_known(sent, None)
