"""An event loop whose time jumps to the next timer when nothing else is to do: minutes of waiting in no time."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from typing_extensions import override

Result = TypeVar("Result")


class _Jump(selectors.DefaultSelector):
    """Waits for nothing that only time would bring."""

    def __init__(self) -> None:
        super().__init__()
        self.jumped = 0.0
        self.outside = 0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.outside and timeout:
            return super().select(1)
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(0 if timeout is not None else None)
        if not ready and timeout:
            self.jumped += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Begins at 0 seconds; good for what stays in this process, without threads, and sockets only `outside`."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Lets time stand still while the block waits for another process."""
        self._jump.outside += 1
        try:
            yield
        finally:
            self._jump.outside -= 1

    @override
    def time(self) -> float:
        return self._jump.jumped


def run(main: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Runs a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main())
