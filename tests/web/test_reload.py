"""A request's wish for news."""

import pytest

from gateway.web.reload import wants_reload


@pytest.mark.parametrize(
    ("sent", "wants"),
    [
        ("no-cache", True),
        ("No-Cache", True),
        ("max-age=0", True),
        ("no-transform, no-store", True),
        ("max-age=10", False),
        ("max-stale", False),
        ("", False),
        (None, False),
    ],
)
def test_what_browsers_send(sent: str | None, wants: bool) -> None:  # noqa: FBT001  a parameter of a test
    """By any of the directives that mean it, in any case and company."""
    assert wants_reload(sent) is wants
