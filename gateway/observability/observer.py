"""The seam by which the layers tell what happens, without knowing who counts it."""

from enum import StrEnum


class Stock(StrEnum):
    """What there is a number of at any moment."""

    REQUESTS = "requests"
    REQUESTS_WAITING = "requests_waiting"
    UPSTREAM_CALLS = "upstream_calls"
    UPSTREAM_CALLS_WAITING = "upstream_calls_waiting"


class Observer:
    """Is told what happens, and does nothing with it. `metrics.Metrics` counts it.

    No argument may hold what a stranger wrote: each becomes a label, and labels have to be few.
    """

    def request_ended(self, outcome: str, code: str | None, seconds: float) -> None:
        """A GraphQL request has its answer; see `RequestRecord`."""

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

    def flight_joined(self) -> None:
        """A read of the upstream served one more who asked for the same."""

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
