"""What answering one request took: the ground for its cache headers, and for its explanation.

A request's fields ask for pages, a page is made of windows, and a window may take calls of the upstream.
"""

from collections.abc import Callable, Sequence
from types import TracebackType

from typing_extensions import override

from gateway.cache.freshness import State
from gateway.errors import GatewayError
from gateway.paging.window import Span
from gateway.upstream.attempts import Attempts, Timed

EXACT = "exact"
"""The state of a window of which nothing may be remembered; it is cut to its page."""

JOINED = "joined"
"""The state of a window that came by a call which was under way for somebody else."""

_FROM_MEMORY = frozenset({State.FRESH, State.DUE, State.REVALIDATE, State.IF_ERROR})


class WindowReport(Timed):
    """One window, read from memory or not.

    Args:
        span: Its place in the list.
        target: Makes the path and query of the calls that read it.
        search: Whether it is read to find a row that has moved.

    Attributes:
        state: Where it came from: a `State`, `EXACT` or `JOINED`; None as long as that is not known.
        read_at: When the upstream sent it, in seconds since the epoch; None where it could not be read.
        age: How many seconds before it was served that was.
        attempts: The calls made for it while it was waited for.
    """

    def __init__(self, span: Span, target: Callable[[], str], *, search: bool) -> None:
        super().__init__()
        self.span = span
        self.target = target
        self.search = search
        self.state: str | None = None
        self.read_at: float | None = None
        self.age = 0.0
        self.attempts = Attempts()
        self._asked = False

    def asks(self) -> Attempts:
        """Takes the calls of a read of the upstream; those made behind the answer's back are no part of it."""
        self._asked = True
        return self.attempts if self.outcome is None else Attempts()

    def served(self, state: str, read_at: float, now: float) -> None:
        """It is there."""
        self.state = self._or_joined(state)
        self.read_at, self.age = read_at, max(0.0, now - read_at)

    @override
    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, problem, trace)
        if self.state is None and isinstance(problem, GatewayError):
            self.state = self._or_joined(State.GONE)

    def _or_joined(self, state: str) -> str:
        return JOINED if state == State.GONE and not self._asked else state


class PageReport(Timed):
    """One page that a field asked for.

    Args:
        path: Makes the field's path in the answer.
        of_request: Takes its windows as well.

    Attributes:
        windows: Those read for it, in the order in which they were asked for.
        shared_with: The report that holds the page's windows, where another field asked for the same page before.
    """

    def __init__(self, path: Callable[[], Sequence[str | int]], of_request: list[WindowReport]) -> None:
        super().__init__()
        self.path = path
        self._of_request = of_request
        self.windows: list[WindowReport] = []
        self.shared_with: PageReport | None = None

    def window(self, span: Span, target: Callable[[], str], *, search: bool) -> WindowReport:
        """A window that is read now; see `WindowReport`."""
        window = WindowReport(span, target, search=search)
        self.windows.append(window)
        self._of_request.append(window)
        return window


class Report:
    """One request, gathered while its pages are read.

    Attributes:
        pages: Those that its fields asked for, in that order.
        windows: Those of all pages, in the order in which they were asked for.
    """

    def __init__(self) -> None:
        self.pages: list[PageReport] = []
        self.windows: list[WindowReport] = []

    def page(self, path: Callable[[], Sequence[str | int]] = tuple) -> PageReport:
        """A page that is asked for now, by the field at a path."""
        page = PageReport(path, self.windows)
        self.pages.append(page)
        return page

    @property
    def upstream_calls(self) -> int:
        """Calls made for this request, retries included; none of others that it joined, none in the background."""
        return sum(len(window.attempts.made) for window in self.windows)

    @property
    def oldest(self) -> float | None:
        """When the oldest window was read, in seconds since the epoch; None where there is none."""
        return min((window.read_at for window in self.windows if window.read_at is not None), default=None)

    @property
    def stale(self) -> bool:
        """Whether one of them is older than fresh."""
        return any(window.state in (State.REVALIDATE, State.IF_ERROR) for window in self.windows)

    @property
    def shareable(self) -> bool:
        """Whether every one of them may be remembered."""
        return all(window.state != EXACT for window in self.windows)

    @property
    def remembered(self) -> bool:
        """Whether every one of them was."""
        return all(window.state in _FROM_MEMORY for window in self.windows)

    @property
    def searched(self) -> bool:
        """Whether one of them was read because a row was not where it had been."""
        return any(window.search for window in self.windows)
