import asyncio
from collections import OrderedDict

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gateway.cache.store import MemoryStore

MAX_ENTRIES, MAX_OCTETS = 4, 60
KEYS = st.builds("{}.{}".format, st.sampled_from("abc"), st.integers(0, 4))


class Bounded(RuleBasedStateMachine):
    """A store beside a model of it: entries in the order of their use."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = MemoryStore(max_entries=MAX_ENTRIES, max_octets=MAX_OCTETS)
        self.model: OrderedDict[str, bytes] = OrderedDict()

    def teardown(self) -> None:
        self.runner.run(self.store.aclose())
        self.runner.close()

    def octets(self) -> int:
        return sum(len(key) + len(value) for key, value in self.model.items())

    @rule(key=KEYS, value=st.binary(max_size=70))
    def put(self, key: str, value: bytes) -> None:
        self.runner.run(self.store.put(key, value, lifetime=1))
        self.model.pop(key, None)
        if len(key) + len(value) > MAX_OCTETS:
            return
        self.model[key] = value
        while len(self.model) > MAX_ENTRIES or self.octets() > MAX_OCTETS:
            self.model.popitem(last=False)

    @rule(key=KEYS)
    def get(self, key: str) -> None:
        assert self.runner.run(self.store.get(key)) == self.model.get(key)
        if key in self.model:
            self.model.move_to_end(key)

    @rule(scope=st.sampled_from("abcd"))
    def forget(self, scope: str) -> None:
        self.runner.run(self.store.forget(scope))
        for key in [key for key in self.model if key.startswith(f"{scope}.")]:
            del self.model[key]

    @rule()
    def close(self) -> None:
        self.runner.run(self.store.aclose())
        self.model.clear()

    @invariant()
    def it_holds_what_the_model_holds(self) -> None:
        """Keys in the order of their use, octets, scopes, and nothing else that could grow."""
        assert list(self.store._sizes) == list(self.model)
        assert self.store._octets == self.octets() <= MAX_OCTETS
        assert len(self.store._cache._cache) == len(self.model) <= MAX_ENTRIES
        assert set(self.store._by_scope) == {key.partition(".")[0] for key in self.model}
        assert not self.store._cache._handlers


TestBounded = Bounded.TestCase
TestBounded.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


async def test_two_stores_share_nothing() -> None:
    """aiocache's older versions kept their entries in the class."""
    one, other = (MemoryStore(max_entries=9, max_octets=99) for _ in range(2))
    await one.put("a.1", b"x", lifetime=1)
    assert await other.get("a.1") is None
    await other.aclose()
    assert await one.get("a.1") == b"x"


async def test_a_value_as_large_as_the_store_fits_alone() -> None:
    """The bound counts the key too; one octet more is not kept, and takes nothing else's place."""
    store = MemoryStore(max_entries=9, max_octets=10)
    await store.put("a.1", b"1234", lifetime=1)
    await store.put("a.2", b"12345678", lifetime=1)
    assert await store.get("a.1") == b"1234"
    await store.put("a.3", b"1234567", lifetime=1)
    assert (await store.get("a.1"), await store.get("a.3")) == (None, b"1234567")


async def test_a_scope_is_a_whole_name() -> None:
    """Forgetting one scope leaves another whose name begins with it."""
    store = MemoryStore(max_entries=9, max_octets=99)
    await store.put("a.1", b"x", lifetime=1)
    await store.put("ab.1", b"y", lifetime=1)
    await store.forget("a")
    await store.forget("nobody")
    assert (await store.get("a.1"), await store.get("ab.1")) == (None, b"y")
