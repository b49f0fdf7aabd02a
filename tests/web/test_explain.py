import asyncio
from typing import Any

import pytest

from gateway.emulator import Tenant
from tests.support.house import PAGE, PROJECT, TOKEN, House, open_house
from tests.support.keys import KEY, presigned
from tests.support.waiting import WaitingUpstream

ASKS = {"X-Explain": "1"}
SECRET = "a-secret-for-explanations"
TREE = "{ thumbnailTasks(first: 2) { nodes { snapshots(first: 1) { nodes { url } } } } }"
TASK = "query Task($id: ID!) { thumbnailTask(taskId: $id) { taskId } }"
TARGET = f"/v1/{PROJECT}/asset/thumbnails?limit=100&offset=0"


async def explained(house: House, query: str = PAGE, /, **variables: Any) -> Any:
    """The explanation of an answer, with or without errors."""
    answer = await house.ask(query, variables, headers=ASKS)
    assert answer.headers["cache-control"] == "no-store"
    return answer.body["extensions"]["explain"]


async def window(house: House, query: str = PAGE, /, **variables: Any) -> Any:
    """Its only window."""
    [field] = (await explained(house, query, **variables))["fields"]
    [only] = field["windows"]
    return only


async def test_it_is_off_by_default(house: House) -> None:
    """The header is then one that nobody knows, and the answer may be kept as ever."""
    answer = await house.ask(PAGE, headers=ASKS)
    assert "extensions" not in answer.body
    assert answer.headers["cache-control"].startswith("private")
    assert "X-Explain" not in answer.headers["vary"]


async def test_only_who_asks_is_told() -> None:
    """Any other answer may be kept, but not for who asks."""
    async with open_house(explain=True) as house:
        for headers in ({}, {"X-Explain": ""}):
            answer = await house.ask(PAGE, headers=headers)
            assert "extensions" not in answer.body
            assert answer.headers["cache-control"].startswith("private")
            assert "X-Explain" in answer.headers["vary"]


async def test_another_value_than_1_is_refused() -> None:
    """With what would do; so is a header that is sent twice."""
    async with open_house(explain=True) as house:
        answer = await house.ask(PAGE, headers={"X-Explain": "yes"})
        assert (answer.status, answer.errors[0]["extensions"]["reason"]) == (400, "EXPLAIN_REFUSED")
        assert "`X-Explain` has to be 1" in answer.errors[0]["message"]
        twice = [("X-Explain", "1"), ("X-Explain", "1"), ("X-Auth-Token", TOKEN)]
        refused = await house.client.post("/graphql", json={"query": PAGE}, headers=twice)
        assert (refused.status_code, "2 times" in refused.text) == (400, True)
        assert house.upstream_calls == 0


@pytest.mark.parametrize("sent", ["1", "true", SECRET[:-1], SECRET + "x", SECRET.upper(), "ä" * 16])
async def test_a_secret_has_to_be_sent_where_one_is_set(sent: str) -> None:
    """The whole of it; a refusal does not quote it."""
    async with open_house(explain=True, explain_secret=SECRET) as house:
        client, body = house.client, {"query": "{ __typename }"}
        answer = await client.post("/graphql", json=body, headers=[(b"x-explain", sent.encode())])
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["reason"]) == (400, "EXPLAIN_REFUSED")
        assert SECRET not in answer.text
        answer = await client.post("/graphql", json=body, headers={"X-Explain": SECRET})
        assert answer.json()["extensions"]["explain"]["fields"] == []


async def test_pages_of_other_origins_may_send_the_header_where_it_counts() -> None:
    """A browser asks about it first."""
    origin = "https://app.example.com"
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-explain"}
    for explain, status in ((True, 200), (False, 400)):
        async with open_house(cors_origins=origin, explain=explain) as house:
            assert (await house.client.options("/graphql", headers=asked)).status_code == status


async def test_a_miss_shows_its_call() -> None:
    """Method, path and query, status and time; and no header of it."""
    async with open_house(explain=True) as house:
        shown = await window(house)
        [call] = shown.pop("calls")
        assert call.pop("milliseconds") > 0
        assert call == {"method": "GET", "target": TARGET, "attempt": 1, "outcome": "ok", "status": 200}
        assert shown.pop("milliseconds") > 0
        block = {"offset": 0, "limit": 100, "state": "miss", "ageSeconds": 0.0, "search": False, "outcome": "ok"}
        assert shown == block


async def test_the_states_of_what_is_remembered() -> None:
    """Fresh, fresh but read again, stale, stale for want of an upstream; what runs in the background is left out."""
    async with open_house(explain=True, cache_early_percent=100) as house:
        await house.ask(PAGE)
        for age, state in ((0, "fresh"), (9.99999, "due"), (10, "stale"), (60, "stale-if-error")):
            house.clock.now += age
            house.emulator.fault("status", status=500)
            shown = await window(house)
            assert (shown["state"], shown["ageSeconds"]) == (state, round(age, 1))
            outcomes = [call["outcome"] for call in shown["calls"]]
            assert outcomes == (["UPSTREAM_UNAVAILABLE"] if state == "stale-if-error" else [])
            house.emulator.clear()
            house.clock.now += 1_000
            await house.ask(PAGE)


async def test_who_joined_a_call_made_none() -> None:
    """The call stands where it was made, once."""
    upstream = WaitingUpstream()
    async with open_house(explain=True, transport=upstream) as house:
        asked = [asyncio.create_task(window(house, TASK, id="slow")) for _ in range(2)]
        await upstream.until_begun(1)
        for _ in range(20):
            await asyncio.sleep(0)  # lets the second one get as far
        upstream.release.set()
        first, second = await asyncio.gather(*asked)
        assert (first["state"], len(first["calls"])) == ("miss", 1)
        assert (second["state"], second["calls"]) == ("joined", [])


async def test_a_window_that_may_not_be_remembered_is_exact() -> None:
    """Where the cache is off; also where it cannot be read."""
    async with open_house(explain=True, cache="off") as house:
        shown = await window(house, first=40)
        assert (shown["state"], shown["limit"], len(shown["calls"])) == ("exact", 41, 1)
        house.emulator.fault("status", status=500, times=3)
        shown = await window(house, first=40)
        assert (shown["state"], shown["outcome"], shown["ageSeconds"]) == ("exact", "UPSTREAM_UNAVAILABLE", None)


async def test_a_presigned_request_is_explained_without_its_signature() -> None:
    """By its path and query, which the caller has signed, and by nothing else of it."""
    tenant = Tenant(PROJECT, keys=[KEY], size=9, clean=True)
    target = f"/v1/{PROJECT}/asset/thumbnails?limit=4&offset=0"
    async with open_house(explain=True, tenants=[tenant]) as house:
        signed = presigned(target)
        answer = await house.ask(PAGE, {"first": 3}, token=None, headers={**signed, **ASKS})
        [field] = answer.body["extensions"]["explain"]["fields"]
        assert (field["windows"][0]["state"], field["windows"][0]["calls"][0]["target"]) == ("exact", target)
        assert KEY.access not in str(answer.body)
        assert signed["authorization"].partition("Signature=")[2] not in str(answer.body)


async def test_a_retry_is_an_attempt_of_its_own() -> None:
    """With what the upstream said of the first one."""
    async with open_house(explain=True) as house:
        house.emulator.fault("status", status=500, times=1)
        first, second = (await window(house))["calls"]
        assert (first["attempt"], first["outcome"], first["status"]) == (1, "UPSTREAM_UNAVAILABLE", 500)
        assert (second["attempt"], second["outcome"], second["status"]) == (2, "ok", 200)


async def test_a_search_for_a_moved_row_is_marked() -> None:
    """The windows that it reads, and no others."""
    async with open_house(explain=True) as house:
        end = (await house.page(first=150))["pageInfo"]["endCursor"]
        house.clock.now += 1_000  # nothing remembered serves any more
        house.emulator.catalogue().remove(at=0, count=120)
        shown = await explained(house, first=50, after=end)
        searched = [each["search"] for field in shown["fields"] for each in field["windows"]]
        assert searched[0] is False
        assert searched[-1] is True
        assert shown["cost"] == {"planned": 6, "actual": house.upstream_calls - 2}


async def test_every_field_stands_by_its_path() -> None:
    """A page of each task's pictures, and the cost of all: as planned, and then from memory."""
    async with open_house(explain=True) as house:
        shown = await explained(house, TREE)
        paths = [field["path"] for field in shown["fields"]]
        assert paths == ["thumbnailTasks", "thumbnailTasks.nodes.0.snapshots", "thumbnailTasks.nodes.1.snapshots"]
        assert shown["cost"] == {"planned": 3, "actual": 3} == {"planned": 3, "actual": house.upstream_calls}
        assert shown["milliseconds"] >= shown["fields"][0]["milliseconds"] > 0
        assert (await explained(house, TREE))["cost"] == {"planned": 3, "actual": 0}


async def test_a_page_that_two_fields_ask_for_is_read_for_one() -> None:
    """The other one names it; also where the page could not be read."""
    two = "{ a: thumbnailTasks(first: 2) { totalCount } b: thumbnailTasks(first: 2) { totalCount } }"
    async with open_house(explain=True) as house:
        for outcome in ("ok", "FORBIDDEN"):
            if outcome != "ok":
                house.clock.now += 1_000
                house.emulator.fault("status", status=403)
            a, b = (await explained(house, two))["fields"]
            assert (a["path"], a["outcome"], len(a["windows"]), "sharedWith" in a) == ("a", outcome, 1, False)
            assert (b["path"], b["outcome"], b["windows"], b["sharedWith"]) == ("b", outcome, [], "a")


async def test_entities_stand_by_the_place_of_their_representation() -> None:
    """The first one of each task; an asset's tasks below it."""
    query = """query E($these: [_Any!]!) { _entities(representations: $these) {
        ... on Asset { thumbnailTasks(first: 1) { totalCount } } ... on ThumbnailTask { taskId } } }"""
    async with open_house(explain=True) as house:
        task = {"__typename": "ThumbnailTask", "taskId": "t"}
        these = [{"__typename": "Asset", "assetId": "a"}, task, task]
        fields = (await explained(house, query, these=these))["fields"]
        assert {field["path"] for field in fields} == {"_entities.0.thumbnailTasks", "_entities.1"}


async def test_a_failed_field_is_explained_too() -> None:
    """By the calls that failed, and by what kept the gateway from making one."""
    async with open_house(explain=True, breaker_failures=1, upstream_attempts=1) as house:
        house.emulator.fault("status", status=500, times=1)
        shown = await window(house)
        assert (shown["state"], shown["outcome"], shown["calls"][0]["status"]) == ("miss", "UPSTREAM_UNAVAILABLE", 500)
        shown = await window(house)
        assert (shown["outcome"], shown["refusedBy"], shown["calls"]) == ("UPSTREAM_UNAVAILABLE", "breaker", [])


async def test_a_field_that_is_wrong_by_itself_reads_nothing() -> None:
    """It is not among those explained: it asked for no page; a cursor that cannot be read asked for one in vain."""
    async with open_house(explain=True) as house:
        assert (await explained(house, first=-1))["fields"] == []
        [field] = (await explained(house, after="rubbish"))["fields"]
        assert (field["outcome"], field["windows"]) == ("BAD_USER_INPUT", [])


async def test_a_call_under_way_at_the_deadline_is_cancelled() -> None:
    """The answer does not wait for it, and says so."""
    async with open_house(explain=True, transport=WaitingUpstream(), deadline_seconds=0.05) as house:
        [field] = (await explained(house, TASK, id="slow"))["fields"]
        assert field["outcome"] == "UPSTREAM_TIMEOUT"
        assert field["windows"][0]["outcome"] == "cancelled"


async def test_a_copy_that_stands_in_for_a_silent_upstream_shows_the_call_that_goes_on() -> None:
    """Without an outcome or a time: it has none yet."""
    upstream = WaitingUpstream()
    async with open_house(explain=True, transport=upstream, cache_patience_seconds=0.05) as house:
        upstream.release.set()
        await house.ask(TASK, {"id": "slow"})
        upstream.release.clear()
        house.clock.now += 100
        shown = await window(house, TASK, id="slow")
        [call] = shown["calls"]
        assert (shown["state"], call["outcome"], call["milliseconds"]) == ("stale-if-error", None, None)
        assert "status" not in call
        upstream.release.set()
