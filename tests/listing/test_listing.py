"""A listing: which plan a credential gets, what a cursor is good for, and who shares what is remembered."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from typing_extensions import override

from gateway.cache.blocks import Blocks
from gateway.cache.freshness import Freshness, State
from gateway.credentials.kinds import Credential, ForwardedToken, Kind, scope_digest
from gateway.credentials.refusals import Refusals
from gateway.credentials.resolve import Caller
from gateway.credentials.secret import Secret
from gateway.emulator import Emulator, Tenant
from gateway.errors import BadUserInput, Reason, StaleCursor
from gateway.listing.listing import Listing
from gateway.listing.reader import Page
from gateway.listing.report import Report
from gateway.listing.signed import list_fingerprint
from gateway.settings import load
from gateway.upstream.endpoints import SNAPSHOTS, THUMBNAIL_TASKS
from gateway.upstream.models import Answer, TaskRow
from gateway.web.upstream import build_upstream
from tests.support.house import PROJECT, TOKEN, Clock
from tests.support.kept import blocks_in_memory

OTHER_PROJECT = "fedcba9876543210fedcba9876543210"
SECRET = b"a secret of the gateway's own"


@dataclass(frozen=True)
class OneRequest(Credential):
    """Good for one request, and for nobody else."""

    kind: ClassVar[Kind] = Kind.PRESIGNED
    one_request: ClassVar[bool] = True
    scope: None = None

    @override
    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        yield

    @override
    def check(self) -> None: ...

    @override
    def authorise(self, method: str, host: str, target: str) -> Mapping[str, str]:
        return {"X-Auth-Token": TOKEN}


def caller(project: str = PROJECT, token: str = TOKEN) -> Caller:
    """A caller with a token."""
    scope = scope_digest(SECRET, Kind.TOKEN, token)
    return Caller(ForwardedToken(Secret(token), scope, Refusals(Clock())), project)


@dataclass
class Desk:
    """A listing of tasks, the emulator below it, and the clock of both."""

    emulator: Emulator
    clock: Clock
    listing: Listing[TaskRow]

    async def page(self, first: int, after: str | None = None, by: Caller | None = None, **filters: str) -> Page[Any]:
        """A page."""
        self.report = Report()
        return await self.listing.page(
            filters, first=first, after=after, caller=by or caller(), report=self.report.page()
        )

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Offset and limit of each call that the upstream saw."""
        queries = [parse_qs(urlsplit(call.target).query) for call in self.emulator.journal]
        return [(int(query["offset"][0]), int(query["limit"][0])) for query in queries]


@asynccontextmanager
async def open_desk(*, cache: bool = True, size: int = 250) -> AsyncIterator[Desk]:
    """A listing over an emulator of two tenants, the first of which has two tokens."""
    clock = Clock()
    tenants = [
        Tenant(PROJECT, tokens=[TOKEN, "another-token"], size=size, clean=True),
        Tenant(OTHER_PROJECT, tokens=["other-token"], size=size, seed=2, clean=True),
    ]
    emulator = Emulator(tenants, clock=clock)
    transport = httpx.ASGITransport(emulator.app)
    settings = load({}, env_file=None, upstream_url="http://127.0.0.1", project_id=PROJECT)
    upstream = build_upstream(settings, transport, clock)
    blocks: Blocks[Answer[TaskRow]] = blocks_in_memory(Answer[TaskRow], Freshness(10, 0, 0), clock)
    listing = Listing(THUMBNAIL_TASKS, upstream, blocks if cache else None, clock=clock, secret=SECRET, search_calls=4)
    yield Desk(emulator, clock, listing)
    await listing.aclose()
    await upstream.aclose()


async def test_a_token_reads_blocks() -> None:
    """What one page read, the next ones need not."""
    async with open_desk() as desk:
        page = await desk.page(10)
        page = await desk.page(80, page.edges[-1].cursor.encode())
        await desk.page(20, page.edges[-1].cursor.encode())
        assert desk.spans == [(0, 100), (99, 100)]


async def test_a_gateway_without_a_cache_reads_exactly() -> None:
    """One row more at the start; behind a cursor its row, the page, one more and eight to spare on either side."""
    async with open_desk(cache=False) as desk:
        page = await desk.page(40)
        await desk.page(10, page.edges[-1].cursor.encode())
        assert desk.spans == [(0, 41), (31, 28)]


async def test_a_credential_for_one_request_reads_just_that() -> None:
    """Its row, the page, and one more; nothing is remembered of it, nothing that is remembered is given to it."""
    async with open_desk() as desk:
        one = Caller(OneRequest(), PROJECT)
        page = await desk.page(40)
        await desk.page(10, page.edges[-1].cursor.encode(), by=one)
        assert not desk.report.shareable
        await desk.page(10, page.edges[-1].cursor.encode(), by=one)
        assert desk.spans == [(0, 100), (39, 12), (39, 12)]
        desk.emulator.insert(PROJECT, count=2)
        with pytest.raises(StaleCursor):
            await desk.page(10, page.edges[-1].cursor.encode(), by=one)


@pytest.mark.parametrize("name", ["asset_id", "task_id"])
async def test_a_cursor_is_foreign_to_other_filters(name: str) -> None:
    """And the upstream is not asked."""
    async with open_desk() as desk:
        page = await desk.page(10)
        with pytest.raises(BadUserInput) as refusal:
            await desk.page(10, page.edges[-1].cursor.encode(), None, **{name: "some"})
        assert refusal.value.reason is Reason.FOREIGN_CURSOR
        assert len(desk.spans) == 1


async def test_a_cursor_is_foreign_to_another_project_and_to_another_listing() -> None:
    """Offsets and totals may be the same; the lists are not."""
    async with open_desk() as desk:
        page = await desk.page(10)
        with pytest.raises(BadUserInput) as refusal:
            await desk.page(10, page.edges[-1].cursor.encode(), by=caller(OTHER_PROJECT, "other-token"))
        assert refusal.value.reason is Reason.FOREIGN_CURSOR
    assert list_fingerprint(THUMBNAIL_TASKS, PROJECT, {}) != list_fingerprint(SNAPSHOTS, PROJECT, {})


async def test_a_cursor_is_good_for_another_token_of_the_project() -> None:
    """It holds no credential; what is remembered under one token is not read under the other."""
    async with open_desk() as desk:
        page = await desk.page(10)
        served = await desk.page(10, page.edges[-1].cursor.encode(), by=caller(token="another-token"))
        assert served.start == 10
        assert desk.report.upstream_calls == 1


async def test_filters_share_no_block() -> None:
    """Each list is remembered for itself."""
    async with open_desk() as desk:
        asset = desk.emulator.catalogue(PROJECT).asset_ids(1)[0]
        whole, filtered = await desk.page(10), await desk.page(10, asset_id=asset)
        assert [edge.row for edge in whole.edges] != [edge.row for edge in filtered.edges]
        assert [edge.row for edge in (await desk.page(10)).edges] == [edge.row for edge in whole.edges]
        assert len(desk.spans) == 2


async def test_a_report_tells_what_a_page_took() -> None:
    """Calls of its own, windows, and the age of the oldest."""
    async with open_desk() as desk:
        begun = desk.clock.now
        await desk.page(10)
        desk.clock.now += 5
        await desk.page(150)
        windows = [(window.span.offset, window.state, window.age) for window in desk.report.pages[0].windows]
        assert windows == [(0, State.FRESH, 5), (99, State.GONE, 0)]
        assert (desk.report.upstream_calls, desk.report.oldest) == (1, begun)
        assert desk.report.shareable
        assert not desk.report.stale
