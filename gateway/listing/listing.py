"""A listing of the upstream, read by pages for a caller."""

from collections.abc import Callable
from functools import partial
from typing import Generic

from gateway.cache.blocks import Blocks
from gateway.cache.generations import Generations
from gateway.cache.key import KeyFunction, cache_key
from gateway.credentials.kinds import Credential
from gateway.credentials.resolve import Caller
from gateway.listing.reader import Page, PageReader, Reading
from gateway.listing.report import Report
from gateway.listing.signed import check_signed_size, list_fingerprint
from gateway.observability.observer import Observer
from gateway.paging import cursor as cursors
from gateway.paging.plan import BlockPlan, ExactPlan, Plan, SignedPlan, reach
from gateway.paging.window import Span, Window
from gateway.upstream.calls import Upstream
from gateway.upstream.client import Filters
from gateway.upstream.endpoints import Endpoint
from gateway.upstream.models import Answer, RowModel, UnreadableRow


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
        self, filters: Filters, *, first: int, after: str | None, caller: Caller, report: Report
    ) -> Page[RowModel | UnreadableRow]:
        """The `first` rows behind the cursor `after`, or from the start.

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

        async def read(span: Span, *, now: bool = False) -> Reading[RowModel | UnreadableRow]:
            if now:
                self._observer.search_call()
            return await self._read(filters, span, caller, report, now=now)

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
        self, filters: Filters, span: Span, caller: Caller, report: Report, *, now: bool
    ) -> Reading[RowModel | UnreadableRow]:
        async def fetch(*, covered: bool = False) -> Answer[RowModel]:
            async with caller.credential.attempt():
                return await self._upstream.read(
                    self._endpoint,
                    caller.project_id,
                    filters,
                    span,
                    caller.credential,
                    covered=covered,
                    on_call=report.count_call,
                )

        scope = caller.credential.scope
        if self._blocks is None or scope is None:
            answer, read_at, remembered, stale = await fetch(), self._clock(), False, False
        else:
            named = (part for name in sorted(filters) for part in (name, filters[name]))
            where = (caller.project_id, self._endpoint.name, str(span.offset), str(span.limit))
            generation = self._generations.current(scope, caller.project_id) if self._generations else ""
            key = self._make_key(self._secret, scope, generation, *where, *named)
            block = await self._blocks.read(key, fetch, now=now, fetch_covered=partial(fetch, covered=True))
            answer, read_at, remembered, stale = block.value, block.read_at, block.remembered, block.stale
        report.add_window(read_at, stale=stale, shareable=self._blocks is not None and scope is not None)
        return Reading(Window(span, answer.total, answer.rows, read_at), remembered)
