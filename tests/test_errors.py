import re
from typing import Any

import pytest

from gateway import errors
from gateway.errors import BadUserInput, GatewayError, RateLimited, Reason, Unavailable, leaves


def tree(kind: type[GatewayError] = GatewayError, indent: int = 0) -> list[tuple[int, str, str | None]]:
    """The classes below one, with their depth and code."""
    lines: list[tuple[int, str, str | None]] = []
    for child in kind.__subclasses__():
        if child.__module__ != errors.__name__:
            continue  # a special case of one module, told apart by nobody else
        lines.append((indent, child.__name__, vars(child).get("code")))
        lines += tree(child, indent + 1)
    return lines


def drawn() -> list[tuple[int, str, str | None]]:
    """The classes as the module's docstring draws them."""
    found = re.finditer(r"^ {4}((?:│   |    )*)[├└]── (\w+) *([A-Z_]{5,})?", errors.__doc__ or "", re.MULTILINE)
    return [(len(match[1]) // 4, match[2], match[3]) for match in found]


def test_the_drawn_tree_is_the_tree() -> None:
    """Every class stands where the docstring draws it, with its code, in the order of the module."""
    assert drawn() == tree()


def test_every_leaf_has_a_code_of_its_own() -> None:
    """Classes without subclasses have one, the others have none; no code twice; all are exported by `leaves`."""
    codes = [kind.code for kind in leaves()]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[A-Z_]+", code) for code in codes)
    assert {name for _, name, code in tree() if code} == {kind.__name__ for kind in leaves()}
    for _, name, code in tree():
        assert bool(tree(getattr(errors, name))) is (code is None)


def test_reasons_are_spelt_as_they_are_named() -> None:
    """The value in an answer is the member's name."""
    assert all(reason.value == reason.name for reason in Reason)


@pytest.mark.parametrize("kind", list(leaves()), ids=lambda kind: kind.code)
def test_what_an_answer_says(kind: type[GatewayError]) -> None:
    """Code, details by their names, and nothing for a detail that is None."""
    given: dict[str, Any] = {"reason": Reason.INVALID_ID} if kind is BadUserInput else {}
    given |= {"retry_after": 5.0} if kind is RateLimited else {}
    problem = kind("What is wrong.", **given, upstream={"status": 500}, nothing=None)
    own = {"retryAfterSeconds" if name == "retry_after" else name: value for name, value in given.items()}
    assert problem.extensions == {"code": kind.code, "upstream": {"status": 500}, **own}
    assert str(problem) == problem.message == "What is wrong."


def test_what_passes_may_be_bridged_by_a_stale_copy() -> None:
    """Exactly the three errors that say that the upstream is not there for now."""
    assert {kind.code for kind in leaves(Unavailable)} == {"RATE_LIMITED", "UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE"}
