"""What an operation costs, told before it runs: upstream calls, and fields of its answer.

The price is the worst case of an operation that finds nothing remembered. A page of `first` rows takes

    ceil((first + 1) / 99)                          calls, because windows of 100 rows overlap by one;
    1 more, and the bound of the search for its place   behind a cursor, or over more than one window.

A field below a list costs its price for each row that the list may have. `@skip` and `@include` count,
and so do the values of variables. The formula with examples: docs/http.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from gateway.errors import BadUserInput, QueryTooComplex, Reason
from gateway.graph.limits import too_complex
from gateway.paging.plan import STEP

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one field.

    Args:
        calls: Upstream calls.
        rows: The rows that the lists below may have.
        reads: How often it reads the upstream by itself.
        representations: A router's, each of which may be an error of its own, without any call.
    """

    calls: int
    rows: int = 1
    reads: int = 1
    representations: int = 0


PriceOf = Callable[[Arguments], Price]


@dataclass(frozen=True, slots=True)
class Cost:
    """The price of a whole operation.

    Args:
        calls: Upstream calls.
        fields: Fields of the answer, those of lists once for each row.
        reads: Fields that read the upstream, those of lists once.
        representations: A router's, of all its fields together.
    """

    calls: int
    fields: int
    reads: int
    representations: int = 0


@dataclass(frozen=True)
class Budget:
    """The most an operation may cost."""

    calls: int
    fields: int
    representations: int

    def check(self, cost: Cost) -> None:
        """Refuses what is dearer.

        Raises:
            QueryTooComplex: With both numbers.
        """
        if cost.calls > self.calls:
            raise QueryTooComplex(
                f"This operation may cost {cost.calls} upstream calls; the limit `max_cost` is {self.calls}. "
                "Ask for fewer rows, or for less below each row.",
                limit="max_cost",
                maximum=self.calls,
                actual=cost.calls,
            )
        if cost.fields > self.fields:
            raise too_complex("max_answer_fields", self.fields, cost.fields)
        if cost.representations > self.representations:
            raise too_complex("max_representations", self.representations, cost.representations)


def check_one_read(cost: Cost) -> None:
    """Refuses what a pre-signed request, which is good for one upstream call, cannot answer.

    Raises:
        BadUserInput: `SIGNED_FOR_ONE_CALL`.
    """
    if cost.reads > 1:
        raise BadUserInput(
            f"A pre-signed request is good for one upstream call, and {cost.reads} fields of this operation need one "
            "each. Ask for one of them alone, with a signature of its own.",
            Reason.SIGNED_FOR_ONE_CALL,
        )


def page_price(*, default: int, most: int, search_calls: int) -> PriceOf:
    """The price of a connection field.

    Args:
        default: Its `first` where that is null.
        most: The highest `first`; the field itself refuses what is out of range, without any call.
        search_calls: The most calls for finding a page's place.
    """

    def price(arguments: Arguments) -> Price:
        first = default if arguments.get("first") is None else arguments["first"]
        if not 0 <= first <= most:
            return Price(0, 0)
        windows = ceil((first + 1) / STEP)
        looks = windows > 1 or bool(arguments.get("after"))
        return Price(windows + (1 + search_calls if looks else 0), first)

    return price


def one_call(arguments: Arguments) -> Price:  # noqa: ARG001  a price's signature
    """The price of a field that reads one row."""
    return Price(1)
