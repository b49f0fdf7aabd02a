"""Any walk over any list under any changes, as a state machine of hypothesis."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from gateway.errors import StaleCursor
from gateway.paging.cursor import Cursor
from gateway.paging.plan import BlockPlan, ExactPlan, reach
from tests.support.house import Clock
from tests.support.moving_list import MovingList, SeenRow, any_change
from tests.support.replica import Replica, Served, WatchedReader

SIZES = st.sampled_from([0, 1, 2, 98, 99, 100, 101, 198, 199, 200, 250, 420])
COUNTS = st.sampled_from([1, 2, 10, 99, 100, 300])
PAGE_SIZES = st.sampled_from([0, 1, 2, 7, 10, 97, 98, 99, 100, 101, 250, 400])
FAR = 20_000


def task(serial: int) -> tuple[str, bool]:
    """Every row has an id."""
    return f"task-{serial}", True


def some_without_id(serial: int) -> tuple[str, bool]:
    """Every third row has none, and a content like no other's."""
    return f"row-{serial}", serial % 3 != 0


def alike(serial: int) -> tuple[str, bool]:
    """Rows without ids that are often equal, and ids listed twice."""
    return (f"content-{serial % 5}", False) if serial % 2 else (f"task-{serial % 40}", True)


class Drift(RuleBasedStateMachine):
    """Walks by pages, from any edge on, while the list changes at any moment.

    Attributes:
        plan_types: The plans to draw from.
        name: How rows are named.
        reader: The reader under test.
        keeps_promise: Whether rows must be neither lost nor repeated.
        promise_only: Check nothing but that, as for readers that are wrong on purpose.
    """

    plan_types: ClassVar[Sequence[type[BlockPlan | ExactPlan]]] = (BlockPlan, ExactPlan)
    name: Callable[[int], tuple[str, bool]] = staticmethod(task)
    reader: ClassVar[type[WatchedReader]] = WatchedReader
    keeps_promise: ClassVar[bool] = True
    promise_only: ClassVar[bool] = False
    counts: ClassVar[Counter[str]]

    def __init_subclass__(cls) -> None:
        """Each machine counts for itself."""
        super().__init_subclass__()
        cls.counts = Counter()

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()

    @initialize(data=st.data(), size=SIZES, seed=st.integers(0, 2**32), busy=st.sampled_from([0.0, 0.3, 1.0]))
    def open(self, data: Any, size: int, seed: int, busy: float) -> None:
        """One list; one to three replicas of one kind over it."""
        self._dice = random.Random(seed)
        plan_type = data.draw(st.sampled_from(self.plan_types), label="plan")
        max_offset = data.draw(st.sampled_from([FAR, FAR, 200, 297]), label="max_offset")
        cached = plan_type is BlockPlan
        self._revalidate = data.draw(st.sampled_from([0, 50])) if cached else 0
        search_calls = data.draw(st.sampled_from([0, 1, 2, 4, 8]), label="search_calls")
        self._clock = Clock()
        self._list = MovingList(size, max_offset=max_offset, name=self.name)
        self._list.before_call = lambda: self._stir(busy)
        self._replicas = [
            Replica(
                self._list,
                plan_type(max_offset),
                clock=self._clock,
                fresh=10 if cached else None,
                revalidate=self._revalidate,
                search_calls=search_calls,
                dice=self._dice,
                reader=self.reader,
            )
            for _ in range(data.draw(st.integers(1, 3), label="replicas") if cached else 1)
        ]
        self._begin()

    def _stir(self, busy: float) -> None:
        if self._dice.random() < busy:
            any_change(self._list, self._dice, None if self._after is None else self._after.offset)

    def _begin(self) -> None:
        self._handed_out: list[SeenRow] = []
        self._versions: set[int] = set()
        self._after: Cursor | None = None

    @rule(at=st.integers(0, 500), count=COUNTS)
    def insert(self, at: int, count: int) -> None:
        """New rows somewhere."""
        self._list.insert(min(at, len(self._list)), count)

    @rule(at=st.integers(0, 500), count=COUNTS)
    def remove(self, at: int, count: int) -> None:
        """Rows gone somewhere."""
        self._list.remove(min(at, len(self._list)), count)

    @rule(back=st.integers(-3, 3), count=st.integers(1, 3), kind=st.sampled_from(["in", "out", "replaced"]))
    def change_at_the_cursor(self, back: int, count: int, kind: str) -> None:
        """Changes where it hurts."""
        if self._after is None:
            return
        at = max(0, min(len(self._list), self._after.offset + back))
        if kind != "in":
            self._list.remove(at, count)
        if kind != "out":
            self._list.insert(at, count)

    @rule()
    def refill(self) -> None:
        """All rows gone, as many new ones."""
        size = len(self._list)
        self._list.remove(0, size)
        self._list.insert(0, size)

    @rule(seconds=st.sampled_from([0.1, 1.0, 5.0, 11.0, 70.0]))
    def wait(self, seconds: float) -> None:
        """Copies grow old."""
        self._clock.now += seconds

    @rule(first=PAGE_SIZES, which=st.integers(0, 2), upto=st.none() | st.integers(0, 300))
    def page(self, first: int, which: int, upto: int | None) -> None:
        """One page from any replica; the walk goes on behind any of its edges."""
        self._page(first, which, upto)

    @rule(first=st.sampled_from([1, 2, 10, 99, 100]), times=st.integers(1, 12), which=st.integers(0, 2))
    def pages(self, first: int, times: int, which: int) -> None:
        """Several pages in turn from all replicas."""
        for turn in range(times):
            self._page(first, which + turn, None)

    def _page(self, first: int, which: int, upto: int | None) -> None:
        replica = self._replicas[which % len(self._replicas)]
        if not replica.plan.searches:
            first = min(first, 98 if self._after else 100)  # more is more than the one request
        called = len(self._list.calls)
        self._count("pages")
        try:
            served = self._runner.run(replica.page(first, self._after))
        except StaleCursor:
            self._count("stale")
            self._end(complete=False)
            return
        finally:
            if not self._revalidate and not self.promise_only:  # reads in the background are not the page's own
                assert len(self._list.calls) - called <= (replica.most_calls(first) if replica.plan.searches else 1)
        self._count("cut short", served.cut_short)
        if not self.promise_only:
            self._check_page(served, first)
        whole = upto is None or not served.rows
        rows = served.rows if whole else served.rows[: (upto or 0) % len(served.rows) + 1]
        self._handed_out += rows
        self._versions |= served.versions(len(rows))
        if rows:
            self._after = served.page.edges[len(rows) - 1].cursor
        if len(rows) == len(served.rows) and not served.page.has_next:
            self._end(complete=not served.page.truncated)

    def _check_page(self, served: Served, first: int) -> None:
        page, state = served.page, self._list.states[served.last_version]
        assert len(page.edges) <= first
        assert all(len(edge.cursor.encode()) < 64 for edge in page.edges)
        if served.cut_short:
            assert page.edges
            return
        assert len(page.edges) == first or not page.has_next
        assert page.total == len(state)
        assert page.truncated is (len(state) > reach(self._replicas[0].plan))
        if served.rows and self.keeps_promise:
            behind = state[: reach(self._replicas[0].plan)][served.end.offset + 1 :]
            assert page.has_next is bool(behind)

    def _end(self, *, complete: bool) -> None:
        """The walk is over: what it handed out is compared with the truth; another may begin."""
        self._count("walks")
        if self.keeps_promise:
            problems = self._list.broken_promises(self._handed_out, self._versions, complete=complete)
            assert not problems, f"broken promise: {problems[:3]}"
        self._begin()

    def _count(self, what: str, times: int = 1) -> None:
        self.counts[what] += times

    def teardown(self) -> None:
        """Ends the walk where it is."""
        try:
            if hasattr(self, "_replicas"):
                self._end(complete=False)
                for replica in self._replicas:
                    self._runner.run(replica.aclose())
        finally:
            self._runner.close()
