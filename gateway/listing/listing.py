"""A listing of the upstream, read by pages for a caller."""

from collections.abc import Callable
from functools import partial
from math import inf
from typing import Generic

from gateway.cache.blocks import Blocks
from gateway.cache.generations import Generations
from gateway.cache.key import KeyFunction, cache_key
from gateway.credentials.kinds import Credential
from gateway.credentials.resolve import Caller
from gateway.listing.reader import Page, PageReader, Reading
from gateway.listing.report import EXACT, PageReport
from gateway.listing.signed import check_signed_size, list_fingerprint
from gateway.observability.observer import Observer
from gateway.paging import cursor as cursors
from gateway.paging.plan import BlockPlan, ExactPlan, Plan, SignedPlan, reach
from gateway.paging.window import Span, Window
from gateway.upstream.calls import Upstream
from gateway.upstream.client import Filters
from gateway.upstream.endpoints import Endpoint
from gateway.upstream.models import Answer, RowModel, UnreadableRow

RELOAD_SECONDS = 1.0
"""How old a copy may be for who asks for no copy: however many ask, one list is read once a second for them."""


class Listing(Generic[RowModel]):
    """Pages of one endpoint.

    Args:
        endpoint: The listing, as the upstream has it.
        upstream: Reads it.
        blocks: Remembers it; None where nothing is to be remembered.
        clock: Seconds since the epoch.
        secret: Keys the cache's digests.
        make_key: Makes the cache's keys.
        generations: Stand in the keys, so that a purge changes them.
        search_calls: The most upstream calls a page may spend on finding a moved row.
        observer: Is told of these.
    """

    def __init__(  # noqa: PLR0913  each a part of its own
        self,
        endpoint: Endpoint[RowModel],
        upstream: Upstream,
        blocks: Blocks[Answer[RowModel]] | None,
        *,
        clock: Callable[[], float],
        secret: bytes,
        search_calls: int,
        make_key: KeyFunction = cache_key,
        generations: Generations | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._observer = observer or Observer()
        self._endpoint: Endpoint[RowModel] = endpoint
        self._upstream = upstream
        self._blocks: Blocks[Answer[RowModel]] | None = blocks
        self._clock = clock
        self._secret = secret
        self._search_calls = search_calls
        self._make_key = make_key
        self._generations = generations

    async def page(
        self,
        filters: Filters,
        *,
        first: int,
        after: str | None,
        caller: Caller,
        report: PageReport,
        reload: bool = False,
    ) -> Page[RowModel | UnreadableRow]:
        """The `first` rows behind the cursor `after`, or from the start.

        Args:
            filters: What narrows the list.
            first: How many rows.
            after: A cursor of this list.
            caller: Who asks.
            report: Is told what it took.
            reload: Whether a copy serves for a second only.

        Raises:
            BadUserInput: The cursor cannot be read, or belongs to another list; or the page is larger than a
                pre-signed request can be.
            StaleCursor: Its place cannot be found again.
            GatewayError: The upstream failed.
        """
        plan = self._plan(caller.credential)
        fingerprint = list_fingerprint(self._endpoint, caller.project_id, filters)
        if caller.credential.one_request:
            check_signed_size(first, behind_cursor=bool(after))
        cursor = after and cursors.decode(after, filters=fingerprint, last_offset=reach(plan) - 1)

        # A quoted annotation is not evaluated anew for each page.
        async def read(span: Span, *, now: bool = False) -> "Reading[RowModel | UnreadableRow]":
            if now:
                self._observer.search_call()
            max_age = 0.0 if now else RELOAD_SECONDS if reload else inf
            return await self._read(filters, span, caller, report, max_age=max_age)

        reader = PageReader(plan, read, filters=fingerprint, search_calls=self._search_calls)
        return await reader.page(first, cursor or None)

    async def aclose(self) -> None:
        """Ends what still runs in the background."""
        if self._blocks is not None:
            await self._blocks.aclose()

    def _plan(self, credential: Credential) -> Plan:
        if credential.one_request:
            return SignedPlan(self._endpoint.max_offset)
        shared = self._blocks is not None and credential.scope is not None
        return (BlockPlan if shared else ExactPlan)(self._endpoint.max_offset)

    async def _read(
        self, filters: Filters, span: Span, caller: Caller, report: PageReport, *, max_age: float
    ) -> Reading[RowModel | UnreadableRow]:
        target = partial(self._endpoint.target, caller.project_id, filters, span)
        window = report.window(span, target, search=not max_age)

        async def fetch(*, covered: bool = False) -> "Answer[RowModel]":
            attempts = window.asks()
            async with caller.credential.attempt():
                return await self._upstream.read(
                    self._endpoint,
                    caller.project_id,
                    filters,
                    span,
                    caller.credential,
                    covered=covered,
                    attempts=attempts,
                )

        scope = caller.credential.scope
        with window:
            if self._blocks is None or scope is None:
                window.state = EXACT
                answer, read_at, remembered = await fetch(), self._clock(), False
                window.served(EXACT, read_at, read_at)
            else:
                key = self._key(scope, caller.project_id, filters, span)
                covered = partial(fetch, covered=True)
                block = await self._blocks.read(key, fetch, max_age=max_age, fetch_covered=covered)
                answer, read_at, remembered = block.value, block.read_at, block.remembered
                window.served(block.state, read_at, self._clock())
        return Reading(Window(span, answer.total, answer.rows, read_at), remembered)

    def _key(self, scope: str, project_id: str, filters: Filters, span: Span) -> str:
        named = (part for name in sorted(filters) for part in (name, filters[name]))
        where = (project_id, self._endpoint.name, str(span.offset), str(span.limit))
        generation = self._generations.current(scope, project_id) if self._generations else ""
        return self._make_key(self._secret, scope, generation, *where, *named)
