"""What became of the calls of one read, for who wants it explained."""

import asyncio
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from typing_extensions import override

from gateway.errors import GatewayError, InternalServerError


class Timed:
    """Surrounds a piece of work; knows in the end how it went.

    Attributes:
        outcome: `ok`, the code of the error, or `cancelled`; None while it is under way.
        seconds: How long it took; None while it is under way.
    """

    def __init__(self) -> None:
        self.outcome: str | None = None
        self.seconds: float | None = None
        self._began = 0.0

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._began
        match problem:
            case None:
                self.outcome = "ok"
            case GatewayError():
                self.outcome = problem.code
            case asyncio.CancelledError():
                self.outcome = "cancelled"
            case _:
                self.outcome = InternalServerError.code


class Attempt(Timed):
    """One call.

    Attributes:
        upstream: What is known of the upstream's answer: `status`, `errorCode`, `requestId`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.upstream: Mapping[str, Any] = {}

    @override
    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, problem, trace)
        if problem is None:
            self.upstream = {"status": 200}  # the only one that is an answer
        elif isinstance(problem, GatewayError):
            self.upstream = problem.details.get("upstream", {})


class Attempts:
    """The calls of one read, in their order.

    Attributes:
        made: Those that were made.
        refused_by: What kept the gateway from making another: `breaker`, `bulkhead` or `quota`.
    """

    def __init__(self) -> None:
        self.made: list[Attempt] = []
        self.refused_by: str | None = None

    def begin(self) -> Attempt:
        """A call that is made now."""
        attempt = Attempt()
        self.made.append(attempt)
        return attempt
