"""What one request's resolvers share."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import strawberry

from gateway.credentials.resolve import Caller
from gateway.errors import Unauthenticated, UpstreamTimeout
from gateway.graph.enums import UnknownValues
from gateway.graph.pages import Pages
from gateway.listing.listing import Listing
from gateway.listing.reader import Page
from gateway.listing.report import PageReport, Report
from gateway.upstream.client import Filters
from gateway.upstream.models import RowModel, SnapshotRow, TaskRow, UnreadableRow


@dataclass(frozen=True)
class Services:
    """What is built once for all requests.

    Args:
        tasks: The listing of snapshot tasks.
        snapshots: The listing of a task's pictures.
        max_first: The highest `first` of a connection.
        pages_at_once: How many pages one request reads at the same time.
        unknown_values: Reads the upstream's words as enums.
    """

    tasks: Listing[TaskRow]
    snapshots: Listing[SnapshotRow]
    max_first: int
    pages_at_once: int
    unknown_values: UnknownValues = field(default_factory=UnknownValues)


@dataclass(frozen=True)
class Context:
    """One request: who asks, what serves, and what it took.

    Args:
        services: What serves.
        who: Who asks.
        deadline: When the whole answer has to be ready, by the event loop's clock.
        reload: Whether it wants to be read from the upstream.
        report: What it took.
    """

    services: Services
    who: Caller | None
    deadline: float | None = None
    reload: bool = False
    report: Report = field(default_factory=Report)

    @property
    def caller(self) -> Caller:
        """Who asks.

        Raises:
            Unauthenticated: The request holds no credential.
        """
        if self.who is None:
            raise no_credential()
        return self.who

    async def page(
        self,
        listing: Listing[RowModel],
        filters: Filters,
        *,
        first: int,
        after: str | None,
        path: Callable[[], Sequence[str | int]],
    ) -> Page[RowModel | UnreadableRow]:
        """A page of a listing, for this request.

        Args:
            listing: Which.
            filters: What narrows it.
            first: How many rows.
            after: The cursor behind which they stand; None for the list's start.
            path: Makes the path of the field that asks, for the report.

        Raises:
            UpstreamTimeout: It is not there at the answer's deadline.
            GatewayError: It cannot be read.
        """
        key = (id(listing), *sorted(filters.items()), first, after)
        report = self.report.page(path)

        async def read() -> "Page[RowModel | UnreadableRow]":  # quoted: not evaluated for each page
            self._reports[key] = report
            return await listing.page(
                filters, first=first, after=after, caller=self.caller, report=report, reload=self.reload
            )

        with report:
            try:
                async with asyncio.timeout_at(self.deadline):
                    return await self._pages.read(key, read)
            except TimeoutError as problem:
                message = "The upstream's answers did not all come within the time that a whole answer may take."
                raise UpstreamTimeout(message) from problem
            finally:
                read_for = self._reports.get(key)
                report.shared_with = None if read_for is report else read_for

    @cached_property
    def _pages(self) -> Pages:
        return Pages(self.services.pages_at_once)

    @cached_property
    def _reports(self) -> dict[Hashable, PageReport]:
        """By a page's key, the report of the field that it was read for."""
        return {}


def no_credential() -> Unauthenticated:
    """The error for a request that asks the upstream and holds no credential."""
    return Unauthenticated(
        "This needs a credential, such as an IAM token as `X-Auth-Token`; `WWW-Authenticate` names the kinds accepted."
    )


Info = strawberry.Info[Context, None]
