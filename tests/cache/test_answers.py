"""Whole answers in memory."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.answers import Answer, Answers
from gateway.cache.generations import EVERYTHING, Generations, of_project, of_scope
from tests.support.house import Clock

SECRET = b"a secret"


class Desk:
    """Answers, what purges them, and the time."""

    def __init__(self, max_octets: int = 100_000, early: float = 0.0) -> None:
        self.clock = Clock()
        self.generations = Generations(secret=SECRET, lifetime=360, clock=self.clock)
        self.answers = Answers(self.generations, max_octets=max_octets, lifetime=9, early=early, clock=self.clock)

    def made(self, age: float = 0, scope: str = "mine", body: bytes = b"{}") -> Answer:
        """An answer that is made now."""
        generation = self.generations.current(scope, "project")
        lines = b"content-type: application/json\r\n"
        return Answer(body, lines, '"tag"', self.clock.now - age, scope, "project", generation, "Page", "query")


def test_an_answer_serves_until_its_oldest_part_is_too_old() -> None:
    """However late it was made."""
    desk = Desk()
    desk.answers.put("key", desk.made(age=5))
    assert desk.answers.get("key") is not None
    desk.clock.now += 3.9
    assert desk.answers.get("key") is not None
    desk.clock.now += 0.1
    assert desk.answers.get("key") is None


def test_towards_its_end_an_answer_serves_all_but_four_a_second() -> None:
    """Who gets none reaches the blocks, and what it brings back serves the others on."""
    desk = Desk(early=0.5)
    desk.answers.put("key", desk.made())
    desk.clock.now += 4.4
    assert desk.answers.get("key") is not None
    for _ in range(3):
        desk.clock.now += 0.3
        served = [desk.answers.get("key") is not None for _ in range(5)]
        assert served == [False, True, True, True, True]
        desk.answers.put("key", desk.made(age=5))  # its blocks were not due yet
        assert desk.answers.get("key") is not None
    desk.clock.now += 0.3
    desk.answers.put("key", desk.made())  # they were read again
    assert all(desk.answers.get("key") is not None for _ in range(5))


def test_what_is_too_old_already_is_not_kept() -> None:
    """It would take another one's place."""
    desk = Desk()
    desk.answers.put("key", desk.made(age=9))
    desk.clock.now -= 5
    assert desk.answers.get("key") is None


async def test_a_forgotten_scope_gets_nothing_that_was_begun_before() -> None:
    """Neither what was kept nor what was under way; what is begun later is kept, and others notice nothing."""
    desk = Desk()
    under_way = desk.made()
    desk.answers.put("mine", desk.made())
    desk.answers.put("other", desk.made(scope="other"))
    await desk.generations.purge(of_scope("mine"))
    assert desk.answers.get("mine") is None
    desk.answers.put("mine", under_way)
    assert desk.answers.get("mine") is None
    assert desk.answers.get("other") is not None
    desk.answers.put("mine", desk.made())
    assert desk.answers.get("mine") is not None


async def test_a_purge_of_a_project_or_of_everything_reaches_them() -> None:
    """All scopes of it."""
    for name in (of_project(SECRET, "project"), EVERYTHING):
        desk = Desk()
        desk.answers.put("mine", desk.made())
        desk.answers.put("other", desk.made(scope="other"))
        await desk.generations.purge(of_project(SECRET, "another project"))
        assert desk.answers.get("mine") is not None
        await desk.generations.purge(name)
        assert desk.answers.get("mine") is None
        assert desk.answers.get("other") is None


def test_who_begins_anew_on_a_list_that_moved_gets_nothing_of_before() -> None:
    """Else the first page would lead back to the stale cursor; what is read later serves, and others notice nothing."""
    desk = Desk()
    desk.answers.put("mine", desk.made())
    desk.answers.put("other", desk.made(scope="other"))
    desk.clock.now += 1
    desk.answers.list_moved("mine")
    assert desk.answers.get("mine") is None
    assert desk.answers.get("other") is not None
    desk.clock.now += 1
    desk.answers.put("mine", desk.made())
    assert desk.answers.get("mine") is not None


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5_000)), max_size=60))
def test_the_memory_has_a_bound(puts: list[tuple[int, int]]) -> None:
    """Whatever is put, what is still there is within it; a body that is larger is not kept at all."""
    desk = Desk(max_octets=10_000)
    for number, size in puts:
        desk.answers.put(str(number), desk.made(body=b"x" * size))
    bodies = [found.body for number in range(21) if (found := desk.answers.get(str(number))) is not None]
    assert sum(map(len, bodies)) + 1_000 * len(bodies) <= 10_000
    if puts:
        assert desk.answers.get(str(puts[-1][0])) is not None


def test_no_room_keeps_nothing() -> None:
    """As `GATEWAY_CACHE_ANSWERS_MEGABYTES=0` has it."""
    desk = Desk(max_octets=0)
    desk.answers.put("key", desk.made(body=b""))
    assert desk.answers.get("key") is None
