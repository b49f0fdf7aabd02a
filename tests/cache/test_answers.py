"""Whole answers in memory."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.answers import Answer, Answers
from tests.support.house import Clock


def answer(read_at: float, scope: str = "scope", body: bytes = b"{}") -> Answer:
    return Answer(body, [(b"content-type", b"application/json")], '"tag"', read_at, scope, "Page", "query")


def kept(clock: Clock, max_octets: int = 100_000) -> Answers:
    return Answers(max_octets=max_octets, lifetime=9, clock=clock)


def test_an_answer_serves_until_its_oldest_part_is_too_old() -> None:
    """However late it was made."""
    clock = Clock()
    answers = kept(clock)
    answers.put("key", answer(clock.now - 5), begun=answers.moment())
    assert answers.get("key") is not None
    clock.now += 3.9
    assert answers.get("key") is not None
    clock.now += 0.1
    assert answers.get("key") is None


def test_what_is_too_old_already_is_not_kept() -> None:
    """It would take another one's place."""
    clock = Clock()
    answers = kept(clock)
    answers.put("key", answer(clock.now - 9), begun=answers.moment())
    clock.now -= 5
    assert answers.get("key") is None


def test_a_forgotten_scope_gets_nothing_that_was_begun_before() -> None:
    """Neither what was kept nor what was under way; what is begun later is kept, and others notice nothing."""
    clock = Clock()
    answers = kept(clock)
    under_way = answers.moment()
    answers.put("mine", answer(clock.now, "mine"), begun=under_way)
    answers.put("other", answer(clock.now, "other"), begun=under_way)
    answers.forget("mine")
    assert answers.get("mine") is None
    answers.put("mine", answer(clock.now, "mine"), begun=under_way)
    assert answers.get("mine") is None
    assert answers.get("other") is not None
    answers.put("mine", answer(clock.now, "mine"), begun=answers.moment())
    assert answers.get("mine") is not None


def test_so_many_scopes_forgotten_that_they_cannot_be_told_apart() -> None:
    """Then all answers are made anew: the list of the forgotten has a bound, and errs to the safe side."""
    clock = Clock()
    answers = kept(clock)
    begun = answers.moment()
    answers.put("mine", answer(clock.now, "mine"), begun=begun)
    answers.put("other", answer(clock.now, "other"), begun=begun)
    answers.forget("mine")
    for number in range(10_000):
        answers.forget(f"scope {number}")
    assert answers.get("mine") is None
    assert answers.get("other") is None


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5_000)), max_size=60))
def test_the_memory_has_a_bound(puts: list[tuple[int, int]]) -> None:
    """Whatever is put, the bodies that are still there are within it; a body that is larger is not kept at all."""
    clock = Clock()
    answers = kept(clock, max_octets=10_000)
    for number, size in puts:
        answers.put(str(number), answer(clock.now, body=b"x" * size), begun=0)
    bodies = [found.body for number in range(21) if (found := answers.get(str(number))) is not None]
    assert sum(map(len, bodies)) + 1_000 * len(bodies) <= 10_000
    if puts and puts[-1][1] <= 9_000:
        assert answers.get(str(puts[-1][0])) is not None


def test_no_room_keeps_nothing() -> None:
    """As `GATEWAY_CACHE_ANSWERS_MEGABYTES=0` has it."""
    clock = Clock()
    answers = kept(clock, max_octets=0)
    answers.put("key", answer(clock.now, body=b""), begun=0)
    assert answers.get("key") is None
