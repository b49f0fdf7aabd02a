import copy
import pickle

import pytest

from gateway.credentials.secret import Secret


def test_no_way_of_making_text_shows_it() -> None:
    """Only `reveal` does."""
    secret = Secret("hunter2")
    shown = f"{secret} {secret!r} {secret!s} {[secret]} {secret:>20} %s" % secret
    assert "hunter2" not in shown
    assert "***" in shown
    assert secret.reveal() == "hunter2"


def test_it_is_compared_by_value() -> None:
    """As a plain text would be, in constant time."""
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_it_cannot_be_pickled() -> None:
    """So it gets into no cache and no other process."""
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(Secret("hunter2"))
    with pytest.raises(TypeError):
        copy.copy(Secret("hunter2"))
