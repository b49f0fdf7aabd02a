"""Answers given again: when, to whom, and with which headers."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from gateway.emulator import Tenant
from tests.support.house import PAGE, PROJECT, TOKEN, House, open_house
from tests.support.keys import KEY, presigned
from tests.support.waiting import WaitingUpstream

PREFLIGHTED = {"GraphQL-Require-Preflight": "1"}
ADMIN = "an-admin-token-of-ours"
QUERY = "{ thumbnailTasks(first: 3) { nodes { taskId } totalCount } }"


async def post(house: House, headers: Mapping[str, str] | None = None, query: str = QUERY) -> httpx.Response:
    sent = {"X-Auth-Token": TOKEN, **(headers or {})}
    return await house.client.post("/graphql", json={"query": query}, headers=sent)


async def get(house: House, headers: Mapping[str, str] | None = None, query: str = QUERY) -> httpx.Response:
    sent = {"X-Auth-Token": TOKEN, **PREFLIGHTED, **(headers or {})}
    return await house.client.get("/graphql", params={"query": query}, headers=sent)


def whole(response: httpx.Response) -> bool:
    """Whether an answer was kept whole."""
    return str(response.headers.get("cache-status")).endswith("detail=answer")


async def test_the_same_octets_get_the_same_answer(house: House) -> None:
    """With its age, its name and what is left of its freshness; nothing else differs, but the request's id."""
    first = await post(house)
    house.clock.now += 4
    second = await post(house)
    assert first.content == second.content
    assert first.headers["cache-status"] == "vod-gateway; fwd=miss"
    assert second.headers["cache-status"] == "vod-gateway; hit; ttl=6; detail=answer"
    assert (first.headers["age"], second.headers["age"]) == ("0", "4")
    changing = {"age", "cache-status", "x-request-id"}
    assert {name: value for name, value in first.headers.items() if name not in changing} == {
        name: value for name, value in second.headers.items() if name not in changing
    }
    assert len(second.headers.get_list("x-request-id")) == 1
    assert second.headers["x-request-id"] != first.headers["x-request-id"]
    assert house.upstream_calls == 1


async def test_until_a_block_wants_to_be_read_again() -> None:
    """In the last tenth of the freshness the question reaches the blocks, one of which may be due."""
    async with open_house(cache_early_percent=10) as house:
        await post(house)
        house.clock.now += 8.9
        assert whole(await post(house))
        house.clock.now += 0.2
        late = await post(house)
        assert late.status_code == 200
        assert not whole(late)


@pytest.mark.parametrize(
    "other",
    [
        {"X-Auth-Token": "other-token"},
        {"X-Project-Id": "0123456789abcdef0123456789abcdef"},
        {"Accept": "application/json"},
        {"X-Security-Token": "one"},
    ],
    ids=str,
)
async def test_another_caller_or_media_type_gets_no_answer_of_this_one(other: dict[str, str]) -> None:
    """Nothing that is another's, or of another type, is given again."""
    async with open_house() as house:
        await post(house, {"Accept": "application/graphql-response+json"})
        assert whole(await post(house, {"Accept": "application/graphql-response+json"}))
        assert not whole(await post(house, {"Accept": "application/graphql-response+json", **other}))


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache-Control": "no-cache"},
        {"Cache-Control": "max-age=0"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Encoding": "gzip"},
        {"Accept": "text/html"},
        {"Accept": "image/png"},
    ],
    ids=str,
)
async def test_what_is_out_of_the_ordinary_goes_the_long_way(house: House, headers: dict[str, str]) -> None:
    """It is answered or refused as if nothing were remembered."""
    await post(house)
    assert whole(await post(house))
    assert not whole(await post(house, headers))


async def test_a_header_sent_twice_goes_the_long_way(house: House) -> None:
    """Where it is a credential, that is a refusal: taking either could mean another caller."""
    await post(house)
    twice = [("X-Auth-Token", TOKEN), ("X-Auth-Token", "other-token")]
    answer = await house.client.post("/graphql", json={"query": QUERY}, headers=twice)
    assert answer.json()["errors"][0]["extensions"]["reason"] == "INVALID_CREDENTIAL"


async def test_a_get_without_proof_of_a_preflight_is_refused_though_the_answer_is_there(house: House) -> None:
    """The CSRF rule stands before what is remembered."""
    await get(house)
    assert whole(await get(house))
    assert (await get(house, {"GraphQL-Require-Preflight": ""})).status_code == 400


async def test_a_get_of_what_the_client_holds_is_304(house: House) -> None:
    """From the long way and from memory; with the headers of the answer and without its body."""
    first = await get(house)
    tag = first.headers["etag"]
    known = first
    for sent in (tag, f"W/{tag}", f'"else", {tag}', "*"):
        known = await get(house, {"If-None-Match": sent})
        assert (known.status_code, known.content) == (304, b"")
        assert known.headers["etag"] == tag
        assert known.headers["cache-control"] == "private, max-age=10"
        assert "content-length" not in known.headers
    assert whole(known)
    long_way = await get(house, {"If-None-Match": tag, "Cache-Control": "no-cache"})
    assert long_way.status_code == 304
    assert not whole(long_way)
    assert (await get(house, {"If-None-Match": '"else"'})).status_code == 200


async def test_a_post_is_never_304(house: House) -> None:
    """Conditions are for what is safe to ask again (RFC 9110, section 13.1.2)."""
    tag = (await post(house)).headers["etag"]
    assert (await post(house, {"If-None-Match": tag})).status_code == 200


async def test_no_cache_reads_through_once_a_second(house: House) -> None:
    """However many ask so; the next usual question gets what they read."""
    await post(house)
    house.emulator.insert()
    house.clock.now += 2
    answers = [await post(house, {"Cache-Control": "no-cache"}) for _ in range(5)]
    assert house.upstream_calls == 2
    assert {answer.headers["age"] for answer in answers} == {"0"}
    usual = await post(house)
    assert usual.json() == answers[0].json()
    house.clock.now += 1
    await post(house, {"Cache-Control": "no-cache"})
    assert house.upstream_calls == 3


async def test_no_cache_with_a_dead_upstream_gets_the_copy_marked_as_stale(house: House) -> None:
    """A copy with its age is worth more than an error; nothing is lost that was there."""
    await post(house)
    house.clock.now += 2
    house.emulator.fault("status", status=503, times=100)
    answer = await post(house, {"Cache-Control": "no-cache"})
    assert answer.json()["extensions"] == {"stale": {"ageSeconds": 2}}
    assert answer.headers["cache-control"] == "private, max-age=0"


async def test_errors_and_stale_answers_are_not_given_again(house: House) -> None:
    """What failed may go well the next time."""
    for query in ("{ thumbnailTasks(first: -1) { totalCount } }", "{ a: __typename nope }", "{ __typename }"):
        for _ in range(2):
            answer = await post(house, query=query)
            assert not whole(answer)
            assert "etag" not in answer.headers
    await post(house)
    house.clock.now += 30
    stale = await post(house)
    assert "stale" in stale.json()["extensions"]
    assert "stale" in (await post(house)).json().get("extensions", {"stale": None})


async def test_a_refusal_forgets_the_answers_of_its_caller() -> None:
    """Of all its questions, and of nobody else's."""
    other = {"X-Auth-Token": "other-token"}
    async with open_house(tenants=[Tenant(PROJECT, tokens=[TOKEN, "other-token"], size=250, clean=True)]) as house:
        await post(house)
        await post(house, other)
        house.emulator.fault("status", status=401, times=1)
        refused = await post(house, query='{ thumbnailTasks(assetId: "else") { totalCount } }')
        assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert whole(await post(house, other))
        assert not whole(await post(house))


async def test_a_list_that_changed_too_much_is_begun_anew(house: House) -> None:
    """The walk's first page is not the one that led to the stale cursor, although that is fresh."""
    first = await house.page(first=100)
    house.clock.now += 1
    house.emulator.remove(count=200)
    house.emulator.insert(count=200)
    stale = await house.ask(PAGE, {"first": 10, "after": first["pageInfo"]["endCursor"]})
    assert stale.codes == ["STALE_CURSOR"]
    house.clock.now += 1
    again = await house.page(first=100)
    assert again["edges"][0]["node"]["taskId"] != first["edges"][0]["node"]["taskId"]


async def test_switched_off_every_answer_is_made_anew() -> None:
    """By its own setting, and with the cache."""
    for settings in ({"cache_answers_megabytes": 0}, {"cache": "off"}):
        async with open_house(**settings) as house:
            await post(house)
            assert not whole(await post(house))


async def test_pages_of_other_origins_get_their_headers_from_memory_too() -> None:
    """CORS stands around what is remembered: one origin's headers are not given to another."""
    async with open_house(cors_origins="https://a.example,https://b.example") as house:
        await post(house, {"Origin": "https://a.example"})
        answer = await post(house, {"Origin": "https://b.example"})
        assert whole(answer)
        assert answer.headers["access-control-allow-origin"] == "https://b.example"
        assert "access-control-allow-origin" not in (await post(house)).headers


async def test_a_body_of_unknown_length_or_over_64_kibibytes_is_answered_the_long_way(house: House) -> None:
    """And answered well."""

    async def chunks() -> Any:
        yield b'{"query": "{ thumbnailTasks(first: 3) '
        yield b'{ totalCount } }"}'

    for body in (chunks, lambda: b'{"query": "{ thumbnailTasks(first: 3) { totalCount } }"' + b" " * 70_000 + b"}"):
        for _ in range(2):
            headers = {"X-Auth-Token": TOKEN, "Content-Type": "application/json"}
            answer = await house.client.post("/graphql", content=body(), headers=headers)
            assert answer.json()["data"]["thumbnailTasks"]["totalCount"] == 250
            assert not whole(answer)


async def test_the_page_of_a_walk_is_kept_like_any_other(house: House) -> None:
    """Each cursor is another question."""
    page = await house.page(first=10)
    after = page["pageInfo"]["endCursor"]
    second = await house.page(first=10, after=after)
    again = await house.ask(PAGE, {"first": 10, "after": after})
    assert again.data["thumbnailTasks"] == second
    assert again.headers["cache-status"].endswith("detail=answer")


async def test_a_hundred_who_ask_alike_have_one_answer_made() -> None:
    """One executes; the others get the same octets, which no call of theirs was made for."""
    async with open_house(admin_token=ADMIN) as house:
        house.emulator.latency = 0.02
        answers = await asyncio.gather(*(post(house) for _ in range(100)))
        lanes = await counted(house)
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["x-request-id"] for answer in answers}) == 100
    assert lanes == {"upstream": 1, "answer": 99}


async def test_an_error_goes_to_all_who_asked_alike() -> None:
    """What the upstream would not do for one it need not be asked for the others; the next one asks again."""
    async with open_house(upstream_attempts=1) as house:
        house.emulator.latency = 0.02
        house.emulator.fault("status", status=503, times=1)
        answers = await asyncio.gather(*(post(house) for _ in range(20)))
        assert {answer.json()["errors"][0]["extensions"]["code"] for answer in answers} == {"UPSTREAM_UNAVAILABLE"}
        assert house.upstream_calls == 1
        assert "errors" not in (await post(house)).json()


async def test_each_who_waited_is_told_by_what_it_holds() -> None:
    """A condition is no part of the question: one holds the answer already, the others do not."""
    async with open_house(cache_fresh_seconds=10) as house:
        tag = (await get(house)).headers["etag"]
        house.clock.now += 1_000
        house.emulator.latency = 0.02
        sent = [{"If-None-Match": tag}, {}, {"If-None-Match": '"else"'}, {"If-None-Match": tag}]
        answers = await asyncio.gather(*(get(house, headers) for headers in sent))
    assert [answer.status_code for answer in answers] == [304, 200, 200, 304]
    assert [bool(answer.content) for answer in answers] == [False, True, True, False]
    assert house.upstream_calls == 2


async def test_who_waits_while_everything_is_purged_gets_a_new_answer() -> None:
    """It came before the purge, and is answered after it."""
    upstream = WaitingUpstream()
    async with open_house(transport=upstream, admin_token=ADMIN) as house:
        asked = [asyncio.create_task(house.page(taskId="slow")) for _ in range(3)]
        await upstream.until_begun(1)
        purged = await house.client.post("/cache/purge?all=true", headers={"Authorization": f"Bearer {ADMIN}"})
        assert purged.status_code == 200
        upstream.release.set()
        await asyncio.gather(*asked)
        assert upstream.begun == 2


async def test_what_a_caller_signed_is_answered_for_it_alone() -> None:
    """A signature is good for one upstream call, also where two requests with it come at once."""
    async with open_house(tenants=[Tenant(PROJECT, keys=[KEY], size=9, clean=True)]) as house:
        house.emulator.latency = 0.02
        sent = presigned(f"/v1/{PROJECT}/asset/thumbnails?limit=4&offset=0")
        asked = (house.client.post("/graphql", json={"query": QUERY}, headers=sent) for _ in range(2))
        answers = await asyncio.gather(*asked)
        assert [len(answer.json()["data"]["thumbnailTasks"]["nodes"]) for answer in answers] == [3, 3]
        assert house.upstream_calls == 2


async def test_more_than_may_wait_are_turned_away() -> None:
    """Also where all ask alike, since a place to wait takes memory: three share an answer, two wait for the gate."""
    upstream = WaitingUpstream()
    async with open_house(transport=upstream, max_concurrent_requests=1, max_waiting_requests=2) as house:
        first = asyncio.create_task(house.ask(PAGE, {"taskId": "slow"}))
        await upstream.until_begun(1)
        others = [asyncio.create_task(house.ask(PAGE, {"taskId": "slow"})) for _ in range(9)]
        done, _ = await asyncio.wait(others, return_when=asyncio.FIRST_COMPLETED)
        upstream.release.set()
        statuses = [answer.status for answer in await asyncio.gather(first, *others)]
    assert {task.result().status for task in done} == {503}
    assert (statuses.count(200), statuses.count(503)) == (5, 5)


async def counted(house: House) -> dict[str, float]:
    """Requests by lane, as the metrics page tells."""
    text = (await house.client.get("/metrics", headers={"Authorization": f"Bearer {ADMIN}"})).text
    lanes = re.findall(r'vod_gateway_requests_total{.*lane="(\w+)".*} ([0-9.]+)', text)
    return {lane: float(count) for lane, count in lanes}
