"""Requests that the caller signed: exactly one upstream call, byte for byte what was signed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.datastructures import Headers

from gateway.credentials.presigned import PreSigned, read_presigned
from gateway.credentials.secret import Secret
from gateway.emulator import AccessKey, Tenant
from gateway.errors import BadUserInput, InternalServerError
from gateway.listing.signed import list_fingerprint, signed_target
from gateway.paging.cursor import NO_ROW, Cursor, row_fingerprint
from gateway.upstream.endpoints import THUMBNAIL_TASKS
from tests.support.house import PAGE, PROJECT, TOKEN, Answer, House, open_house
from tests.support.keys import KEY, TEMPORARY_KEY, presigned

QUERY = "{ thumbnailTasks(first: 3) { nodes { taskId } } }"
TARGET = f"/v1/{PROJECT}/asset/thumbnails?limit=4&offset=0"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    tenant = Tenant(PROJECT, tokens=[TOKEN], keys=[KEY, TEMPORARY_KEY], size=250, assets=2, clean=True)
    async with open_house(tenants=[tenant]) as opened:
        yield opened


async def ask(house: House, target: str, query: str = QUERY, /, **variables: Any) -> Answer:
    return await house.ask(query, variables, token=None, headers=presigned(target))


@pytest.mark.parametrize("key", [KEY, TEMPORARY_KEY])
@pytest.mark.parametrize("project", [{}, {"X-Project-Id": PROJECT}])
async def test_a_signed_request_is_sent_as_it_was_signed(key: AccessKey, project: dict[str, str], house: House) -> None:
    """The upstream verifies it: with permanent and temporary keys, with the project's header and without."""
    answer = await house.ask(QUERY, token=None, headers=presigned(TARGET, key=key, further=project))
    assert len(answer.data["thumbnailTasks"]["nodes"]) == 3
    (call,) = house.emulator.journal
    assert (call.target, call.status) == (TARGET, 200)


async def test_nothing_is_remembered_or_shared(house: House) -> None:
    """The same signature again asks the upstream again, and the answer may not be kept by anyone."""
    for calls in (1, 2, 3):
        answer = await ask(house, TARGET)
        assert answer.headers["cache-control"] == "no-store"
        assert house.upstream_calls == calls
    await house.page(first=3)
    assert house.upstream_calls == 4


async def test_a_signature_for_other_arguments_is_refused_upstream_once(house: House) -> None:
    """What was signed is not what is asked: an error of the field, after one call and no second one."""
    answer = await ask(house, TARGET, "{ thumbnailTasks(first: 4) { nodes { taskId } } }")
    assert answer.status == 200
    assert answer.codes == ["UNAUTHENTICATED"]
    assert answer.errors[0]["extensions"]["upstream"]["errorCode"] == "APIGW.0301"
    assert [call.status for call in house.emulator.journal] == [401]
    assert (await ask(house, TARGET)).data["thumbnailTasks"]


@pytest.mark.parametrize("access", ["A\N{POUND SIGN}", "A\x7f", "A B", "A,B", ""])
def test_an_ak_is_visible_ascii(access: str) -> None:
    """Servers hand headers on as Latin-1, and what is not ASCII could not be sent upstream."""
    sent = presigned(TARGET)
    sent["authorization"] = sent["authorization"].replace(f"Access={KEY.access},", f"Access={access},")
    with pytest.raises(BadUserInput, match="of the form"):
        read_presigned(Headers(sent))


@pytest.mark.parametrize("fault", ["status", "reset", "html", "throttled"])
async def test_no_failure_is_tried_again(fault: str) -> None:
    """Whatever goes wrong, the upstream is called once."""
    async with open_house(tenants=[Tenant(PROJECT, keys=[KEY])]) as house:
        if fault == "reset":  # needs a socket; in process a body that is no JSON stands for a broken connection
            house.emulator.fault("body", text="{")
        else:
            house.emulator.fault(fault)
        assert (await ask(house, TARGET)).errors
        assert house.upstream_calls == 1


SEVERAL = {
    "two root fields": "{ a: thumbnailTasks(first: 3) { totalCount } b: thumbnailTasks(first: 3) { totalCount } }",
    "two kinds of root fields": '{ thumbnailTasks(first: 3) { totalCount } thumbnailTask(taskId: "x") { id } }',
    "in a fragment": "{ thumbnailTasks { totalCount } ...F } fragment F on Query { x: thumbnailTasks { totalCount } }",
    "in an inline fragment": "{ thumbnailTasks { totalCount } ... { x: thumbnailTasks { totalCount } } }",
    "snapshots": "{ thumbnailTasks(first: 3) { nodes { snapshots { totalCount } } } }",
    "snapshots of one task": '{ thumbnailTask(taskId: "x") { snapshots { totalCount } } }',
    "snapshots in fragments": """{ thumbnailTasks { edges { ...E } } }
        fragment E on ThumbnailTaskEdge { node { ... on ThumbnailTask { pictures: snapshots { totalCount } } } }""",
    "snapshots of a node": '{ node(id: "VGh1bWJuYWlsVGFzazp4") { ... on ThumbnailTask { snapshots { totalCount } } } }',
    "included by default": """query Q($yes: Boolean! = true) {
        thumbnailTasks { nodes { snapshots @include(if: $yes) { totalCount } } } }""",
}

ONE = {
    "one root field": QUERY,
    "merged fields": "{ thumbnailTasks(first: 3) { totalCount } ... { thumbnailTasks(first: 3) { truncated } } }",
    "introspection beside it": "{ __typename __schema { queryType { name } } thumbnailTasks(first: 3) { totalCount } }",
    "a skipped second": """query Q($no: Boolean = false) { thumbnailTasks(first: 3) { totalCount }
        x: thumbnailTasks @include(if: $no) { totalCount } y: thumbnailTasks @skip(if: true) { totalCount } }""",
    "skipped snapshots": """query Q($with: Boolean!) { thumbnailTasks(first: 3) { nodes { taskId
        snapshots @include(if: $with) { totalCount } ...F @include(if: $with) } } }
        fragment F on ThumbnailTask { snapshots { totalCount } }""",
}


@pytest.mark.parametrize("case", SEVERAL)
async def test_more_than_one_call_is_refused_before_any(case: str, house: House) -> None:
    """Counted in the document, with aliases and fragments."""
    answer = await ask(house, TARGET, SEVERAL[case])
    assert answer.errors[0]["extensions"] == {"code": "BAD_USER_INPUT", "reason": "SIGNED_FOR_ONE_CALL"}
    assert "data" not in answer.body
    assert house.upstream_calls == 0


@pytest.mark.parametrize("case", ONE)
async def test_one_call_is_one_call(case: str, house: House) -> None:
    """Fields that are merged or skipped do not count."""
    answer = await house.ask(ONE[case], {"with": False}, token=None, headers=presigned(TARGET))
    assert answer.data["thumbnailTasks"]
    assert house.upstream_calls == 1


async def test_a_fan_of_fragments_is_counted_in_no_time(house: House) -> None:
    """Thirty levels that each spread the next one twice would be a thousand million fields."""
    levels = [f"fragment F{level} on Query {{ ...F{level + 1} ... {{ ...F{level + 1} }} }}" for level in range(30)]
    fan = f"{{ ...F0 }} {' '.join(levels)} fragment F30 on Query {{ thumbnailTasks(first: 3) {{ totalCount }} }}"
    assert (await ask(house, TARGET, fan)).data["thumbnailTasks"]["totalCount"] == 250


@pytest.mark.parametrize(("first", "behind"), [(101, False), (1000, False), (99, True), (100, True)])
async def test_a_page_that_needs_two_calls_is_refused(first: int, behind: bool, house: House) -> None:  # noqa: FBT001
    """100 rows at the start, 98 behind a cursor; the message says so."""
    after = (await house.page(first=5))["pageInfo"]["endCursor"] if behind else None
    house.emulator.journal.clear()
    answer = await ask(house, TARGET, PAGE, first=first, after=after)
    assert answer.errors[0]["extensions"]["reason"] == "FIRST_OUT_OF_RANGE"
    assert "100 at most at the start of a list and 98 behind a cursor" in answer.errors[0]["message"]
    assert house.upstream_calls == 0


@pytest.mark.parametrize("first", [4, 49, 98])
async def test_a_signed_walk_sees_every_row_once(first: int, house: House) -> None:
    """Each page is one call that the caller could compute and sign beforehand."""
    seen: list[str] = []
    after, more = None, True
    while more:
        target = signed_target(THUMBNAIL_TASKS, PROJECT, {}, first=first, after=after)
        page = (await ask(house, target, PAGE, first=first, after=after)).data["thumbnailTasks"]
        seen += [edge["node"]["taskId"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == house.emulator.catalogue().task_ids()
    assert house.upstream_calls == -(-250 // first)


async def test_the_largest_first_page_is_one_call(house: House) -> None:
    """100 rows at the start."""
    target = signed_target(THUMBNAIL_TASKS, PROJECT, {}, first=100, after=None)
    assert target.endswith("?limit=100&offset=0")
    page = (await ask(house, target, PAGE, first=100)).data["thumbnailTasks"]
    assert len(page["edges"]) == 100
    assert page["pageInfo"]["hasNextPage"] is True


async def test_a_signed_walk_reaches_the_last_row_that_can_be_reached() -> None:
    """Behind the upstream's last offset the request begins at that offset, not at the cursor."""
    async with open_house(tenants=[Tenant(PROJECT, tokens=[TOKEN], keys=[KEY], size=20_150, clean=True)]) as house:
        ids = house.emulator.catalogue().task_ids()
        place = list_fingerprint(THUMBNAIL_TASKS, PROJECT, {})
        row = row_fingerprint(f"id:{ids[20_096]}".encode())
        after = Cursor(offset=20_096, total=20_150, row=row, next_row=NO_ROW, filters=place).encode()
        target = signed_target(THUMBNAIL_TASKS, PROJECT, {}, first=10, after=after)
        assert "offset=20000&" in f"{target}&"
        page = (await ask(house, target, PAGE, first=10, after=after)).data["thumbnailTasks"]
        assert [edge["node"]["taskId"] for edge in page["edges"]] == house.emulator.catalogue().task_ids()[
            20_097:20_100
        ]
        assert page["pageInfo"]["hasNextPage"] is False
        assert page["truncated"] is True


async def test_a_moved_row_is_a_stale_cursor_after_one_call(house: House) -> None:
    """A signed request cannot search: the client begins again."""
    after = (await house.page(first=5))["pageInfo"]["endCursor"]
    house.emulator.insert(at=0, count=3)
    house.emulator.journal.clear()
    target = signed_target(THUMBNAIL_TASKS, PROJECT, {}, first=5, after=after)
    answer = await ask(house, target, PAGE, first=5, after=after)
    assert answer.codes == ["STALE_CURSOR"]
    assert house.upstream_calls == 1


def test_a_second_use_is_a_defect() -> None:
    """Whatever is built above it, the headers are given out once."""
    credential = PreSigned({"Authorization": Secret("secret-signature")})
    assert credential.authorise("GET", "host", "/") == {"Authorization": "secret-signature"}
    with pytest.raises(InternalServerError) as caught:
        credential.authorise("GET", "host", "/")
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(vars(credential))
