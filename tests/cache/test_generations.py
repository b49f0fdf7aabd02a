import pytest

from gateway.cache.generations import EVERYTHING, MARGIN, MOST_PURGES, Generations, of_project, of_scope
from tests.support.house import Clock

SECRET = b"secret"
SCOPE, OTHER = "0123456789abcdef" * 2, "fedcba9876543210" * 2


@pytest.fixture
def generations() -> Generations:
    return Generations(secret=SECRET, lifetime=360, clock=Clock())


def everybody(generations: Generations) -> list[str]:
    """The generations of two scopes in two projects."""
    return [generations.current(scope, project) for scope in (SCOPE, OTHER) for project in ("one", "two")]


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        (EVERYTHING, [True, True, True, True]),
        (of_project(SECRET, "one"), [True, False, True, False]),
        (of_scope(SCOPE), [True, True, False, False]),
        (of_scope(SCOPE[:12]), [True, True, False, False]),
        (of_scope("9" * 32), [False, False, False, False]),
    ],
)
async def test_a_purge_changes_the_keys_of_what_it_names(
    generations: Generations, name: str, changed: list[bool]
) -> None:
    """Each time anew, and of nothing else; a scope goes by its digest or by what logs show of it."""
    seen = [everybody(generations)]
    for _ in range(3):
        assert await generations.purge(name)
        seen.append(everybody(generations))
    for who, change in enumerate(changed):
        assert len({now[who] for now in seen}) == (4 if change else 1)


async def test_a_purge_is_forgotten_after_what_it_purged() -> None:
    """Then the first keys come back, and nothing under them is that old."""
    clock = Clock()
    generations = Generations(secret=SECRET, lifetime=360, clock=clock)
    await generations.purge(of_scope(SCOPE))
    clock.now += 360 + MARGIN
    await generations.purge(of_scope(OTHER))
    assert generations.current(SCOPE, "p")
    clock.now += 1
    await generations.purge(of_scope(OTHER))
    assert not generations.current(SCOPE, "p")
    assert generations.current(OTHER, "p")


async def test_too_many_purges_are_one_of_everything(generations: Generations) -> None:
    """A flood of refused tokens takes no more memory than this."""
    for number in range(MOST_PURGES):
        await generations.purge(of_scope(f"{number:032x}"[::-1]))
    before = generations.current(SCOPE, "p")
    await generations.purge(of_scope("x" * 12))
    assert len(generations._known) == 1
    assert generations.current(SCOPE, "p") != before


def test_a_project_is_named_by_a_digest() -> None:
    """Others may read the store."""
    assert "customer" not in of_project(SECRET, "customer")
    assert of_project(SECRET, "customer") != of_project(b"another", "customer")
