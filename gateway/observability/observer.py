"""The seam by which the layers tell what happens, without knowing who counts it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import Context
from enum import StrEnum

from typing_extensions import override


class Stock(StrEnum):
    """What there is a number of at any moment."""

    REQUESTS = "requests"
    REQUESTS_WAITING = "requests_waiting"
    UPSTREAM_CALLS = "upstream_calls"
    UPSTREAM_CALLS_WAITING = "upstream_calls_waiting"


class Observer:
    """Is told what happens, and does nothing with it. `metrics.Metrics` counts it, `tracing.Tracing` makes spans of it.

    No argument may hold what a stranger wrote: each becomes a label, and labels have to be few.
    """

    def request_ended(self, outcome: str, code: str | None, lane: str | None, seconds: float) -> None:
        """A GraphQL request has its answer; see `RequestRecord`."""

    def upstream_call(self, template: str, offset: int, limit: int) -> AbstractContextManager[None]:  # noqa: ARG002
        """Surrounds an upstream call, `upstream_call_ended` included.

        Args:
            template: The path that is asked for, with a name in braces for the project.
            offset: The first row asked for.
            limit: How many rows are asked for.
        """
        return nullcontext()

    def upstream_call_ended(self, outcome: str, attempt: int, seconds: float) -> None:
        """An upstream call is over.

        Args:
            outcome: `ok`, the code of the error, or `cancelled`.
            attempt: 1 for the first of its read.
            seconds: How long it took.
        """

    def upstream_call_refused(self, by: str) -> None:
        """A call was not made: `breaker`, `bulkhead`, or `quota` (the cool-down after a 429, the gateway's budget)."""

    def cache_read(self, level: str, state: str) -> None:
        """Something was asked for.

        Args:
            level: `block`: what a reader got. `redis`: what the shared store was asked for.
            state: Of a block `fresh`, `stale`, `stale-if-error`, `miss`; of the store `miss` or a `State`.
        """

    def store_failed(self, kind: str) -> None:
        """The shared store failed: a `gateway.redis.link.Failure`, or a value of it or for it.

        Args:
            kind: Of the link; or `value` (it did not open), `too_large`, `dropped` (too many writes under way).
        """

    def store_degraded(self, *, degraded: bool) -> None:
        """The shared store is left alone or takes no writes; or all is well again."""

    def paid_alone(self) -> None:
        """A call was paid from this process's part of the budget, because the shared store was out."""

    def flight_joined(self, flight: Context) -> None:
        """A read of the upstream, or the making of an answer, serves one more; `flight` is its context."""

    def background_refresh(self) -> AbstractContextManager[None]:
        """Surrounds a read for which nobody waits, because a copy served; `background_refresh_ended` included."""
        return nullcontext()

    def background_refresh_ended(self, outcome: str) -> None:
        """Such a read is over: `ok`, the code of the error, or `cancelled`."""

    def search_call(self) -> None:
        """A window was read to find a row that had moved."""

    def refusing(self, by: str, until: float) -> None:
        """Calls will be refused: by an open `breaker`, a `cooldown`, a held `key` that was refused.

        Args:
            by: Which.
            until: Seconds since the epoch.
        """

    def changed(self, stock: Stock, by: int) -> None:
        """There are more or fewer of something."""


class Observers(Observer):
    """Tells several observers.

    Args:
        observers: In the order in which they are told.
    """

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    @override
    def request_ended(self, outcome: str, code: str | None, lane: str | None, seconds: float) -> None:
        for observer in self._observers:
            observer.request_ended(outcome, code, lane, seconds)

    @override
    @contextmanager
    def upstream_call(self, template: str, offset: int, limit: int) -> Iterator[None]:
        with ExitStack() as stack:
            for observer in self._observers:
                stack.enter_context(observer.upstream_call(template, offset, limit))
            yield

    @override
    def upstream_call_ended(self, outcome: str, attempt: int, seconds: float) -> None:
        for observer in self._observers:
            observer.upstream_call_ended(outcome, attempt, seconds)

    @override
    def upstream_call_refused(self, by: str) -> None:
        for observer in self._observers:
            observer.upstream_call_refused(by)

    @override
    def cache_read(self, level: str, state: str) -> None:
        for observer in self._observers:
            observer.cache_read(level, state)

    @override
    def store_failed(self, kind: str) -> None:
        for each in self._observers:
            each.store_failed(kind)

    @override
    def store_degraded(self, *, degraded: bool) -> None:
        for each in self._observers:
            each.store_degraded(degraded=degraded)

    @override
    def paid_alone(self) -> None:
        for each in self._observers:
            each.paid_alone()

    @override
    def flight_joined(self, flight: Context) -> None:
        for observer in self._observers:
            observer.flight_joined(flight)

    @override
    @contextmanager
    def background_refresh(self) -> Iterator[None]:
        with ExitStack() as stack:
            for observer in self._observers:
                stack.enter_context(observer.background_refresh())
            yield

    @override
    def background_refresh_ended(self, outcome: str) -> None:
        for observer in self._observers:
            observer.background_refresh_ended(outcome)

    @override
    def search_call(self) -> None:
        for observer in self._observers:
            observer.search_call()

    @override
    def refusing(self, by: str, until: float) -> None:
        for observer in self._observers:
            observer.refusing(by, until)

    @override
    def changed(self, stock: Stock, by: int) -> None:
        for observer in self._observers:
            observer.changed(stock, by)
