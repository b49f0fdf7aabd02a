"""One call for many who ask the same at the same time."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from typing import Any, TypeVar

from gateway.cache.key import scope_of
from gateway.observability.observer import Observer

Result = TypeVar("Result")


class SingleFlight:
    """Joins concurrent calls of one key.

    The call runs in a task of its own: whoever asked first may leave without ending it for the others,
    and it is cancelled when the last one has left. A failure reaches all who wait, and is then forgotten.

    Args:
        observer: Is told who joined.
    """

    def __init__(self, observer: Observer | None = None) -> None:
        self._observer = observer or Observer()
        self._flights: dict[str, _Flight] = {}

    def under_way(self, key: str) -> bool:
        """Whether a call for this key has begun and not ended."""
        return key in self._flights

    def is_joined(self, key: str) -> bool:
        """Whether the call that asks this is the one that whoever comes now would join."""
        flight = self._flights.get(key)
        return flight is not None and flight.task is asyncio.current_task()

    def part(self, scope: str) -> None:
        """Lets the calls under way for a scope end for those who wait for them; nobody joins them any more."""
        for key in [key for key in self._flights if scope_of(key) == scope]:
            del self._flights[key]

    async def run(self, key: str, call: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """The call's result: of a call under way for this key, or else of a new one."""
        flight = self._flights.get(key)
        if flight is None:
            context = copy_context()
            flight = self._flights[key] = _Flight(asyncio.create_task(call(), context=context), context)
            flight.task.add_done_callback(lambda _: self._forget(key, flight))
        else:
            self._observer.flight_joined(flight.context)
        flight.passengers += 1
        try:
            # Shielded: a cancelled passenger must not take the flight with it.
            result: Result = await asyncio.shield(flight.task)
            return result
        finally:
            flight.passengers -= 1
            if not flight.passengers and not flight.task.done():
                self._forget(key, flight)
                flight.task.cancel()

    def _forget(self, key: str, flight: "_Flight") -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
        if flight.task.done() and not flight.task.cancelled():
            flight.task.exception()  # looked at, so that a flight without passengers fails silently


class _Flight:
    def __init__(self, task: asyncio.Future[Any], context: Context) -> None:
        self.task = task
        self.context = context
        self.passengers = 0
