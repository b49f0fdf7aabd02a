"""The gateway's own key: who may use it, and that it stops before the vendor locks it."""

import asyncio
from typing import Any

import httpx
import pytest

from gateway.emulator import AccessKey, Tenant
from tests.support.house import PAGE, PROJECT, TOKEN, Answer, House, open_house
from tests.support.keys import KEY, TEMPORARY_KEY
from tests.support.served import served

OTHER = "fedcba9876543210fedcba9876543210"
THIRD = "0" * 32
ONE, TWO, BOTH = "access-token-number-one", "access-token-number-two", "access-token-for-both=="
QUERY = "{ thumbnailTasks(first: 3) { nodes { taskId } } }"


def tenants(key: AccessKey = KEY) -> list[Tenant]:
    return [Tenant(PROJECT, tokens=[TOKEN], keys=[key], size=250, clean=True)]


def settings(key: AccessKey = KEY, **more: Any) -> dict[str, Any]:
    return {
        "credentials": "key",
        "access_key": key.access,
        "secret_key": key.secret,
        "security_token": key.security_token,
        **({} if "admit_everyone" in more else {"access_tokens": ONE}),
        **more,
    }


async def ask(house: House, access_token: str | None = ONE, query: str = QUERY, **variables: Any) -> Answer:
    headers = {"Authorization": f"Bearer {access_token}"} if access_token else {}
    return await house.ask(query, variables, token=None, headers=headers)


@pytest.mark.parametrize("key", [KEY, TEMPORARY_KEY])
async def test_it_signs_for_who_is_admitted(key: AccessKey) -> None:
    """With a permanent and with a temporary key; what is read is shared by all callers."""
    async with open_house(tenants=tenants(key), **settings(key, access_tokens=f"{ONE} {TWO}")) as house:
        assert (await ask(house, ONE)).data["thumbnailTasks"]["nodes"]
        assert (await ask(house, TWO)).data["thumbnailTasks"]["nodes"]
        (call,) = house.emulator.journal
        assert call.credential == ("temporary signature" if key.security_token else "signature")


async def test_every_attempt_is_signed_anew() -> None:
    """Twenty minutes later the first signature would be too old."""
    async with open_house(tenants=tenants(), cache="off", **settings()) as house:
        for _ in range(3):
            assert (await ask(house)).data["thumbnailTasks"]["nodes"]
            house.clock.now += 20 * 60
        assert [call.status for call in house.emulator.journal] == [200] * 3


async def test_large_pages_and_snapshots_are_signed_too() -> None:
    """Every call has a signature of its own, those read ahead as well."""
    async with open_house(tenants=tenants(), **settings()) as house:
        assert len((await ask(house, ONE, PAGE, first=250)).data["thumbnailTasks"]["edges"]) == 250
        pictures = "{ thumbnailTasks(first: 3) { nodes { snapshots { totalCount } } } }"
        assert (await ask(house, ONE, pictures)).data["thumbnailTasks"]["nodes"]
        assert {call.status for call in house.emulator.journal} == {200}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong-access-token", f"Basic {ONE}", f"Bearer {ONE}x", ONE])
async def test_who_is_not_admitted_reads_nothing(header: str) -> None:
    """401 with what to send; the upstream is not asked, and what others read is not shown."""
    async with open_house(tenants=tenants(), **settings()) as house:
        await ask(house)
        house.emulator.journal.clear()
        answer = await house.ask(QUERY, token=None, headers={"Authorization": header} if header else {})
        assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "data" not in answer.body
        assert ONE not in str(answer.body)
        assert house.upstream_calls == 0


async def test_an_access_token_may_have_a_header_of_its_own() -> None:
    """Then it stands there alone, answers vary by it, and a Bearer is somebody else's."""
    async with open_house(tenants=tenants(), **settings(access_header="X-Api-Key")) as house:
        answer = await house.ask(QUERY, token=None, headers={"X-Api-Key": ONE, "Authorization": "Bearer whatever"})
        assert answer.data["thumbnailTasks"]["nodes"]
        assert "X-Api-Key" in answer.headers["vary"]
        refused = await ask(house)
        assert refused.headers["www-authenticate"] == "X-Api-Key"
        assert refused.status == 401


async def test_each_access_token_opens_its_projects() -> None:
    """By name, by default, or by being the only one; never another's, not even from memory."""
    both = [*tenants(), Tenant(OTHER, keys=[AccessKey("AKOTHER", "SK")], size=3, seed=2, clean=True)]
    tokens = f"{ONE} {TWO}:{OTHER} {BOTH}:{PROJECT},{OTHER}"
    async with open_house(tenants=both, **settings(access_tokens=tokens)) as house:

        async def projects(token: str, project: str | None) -> str:
            named = {"X-Project-Id": project} if project else {}
            headers = {"Authorization": f"Bearer {token}", **named}
            answer = await house.ask(QUERY, token=None, headers=headers)
            if answer.status == 400:
                return str(answer.errors[0]["extensions"]["reason"])
            return house.emulator.journal[-1].target.split("/")[2]

        assert await projects(ONE, None) == PROJECT
        assert await projects(ONE, PROJECT) == PROJECT
        assert await projects(ONE, OTHER) == "INVALID_PROJECT"
        assert await projects(TWO, None) == OTHER
        assert await projects(TWO, PROJECT) == "INVALID_PROJECT"
        assert await projects(BOTH, OTHER) == OTHER
        assert await projects(BOTH, THIRD) == "INVALID_PROJECT"


async def test_everyone_may_be_admitted() -> None:
    """Where a setting says so; a credential of the caller's own still goes first."""
    more = settings(admit_everyone=True, credentials="token,presigned,key")
    async with open_house(tenants=tenants(), **more) as house:
        assert (await ask(house, None)).data["thumbnailTasks"]["nodes"]
        assert (await house.ask(QUERY)).data["thumbnailTasks"]["nodes"]
        assert [call.credential for call in house.emulator.journal] == ["signature", "token"]


async def test_a_refused_signature_is_one_call_and_then_none() -> None:
    """One upstream call, and none for ten client requests after it; after 6 minutes one more."""
    async with open_house(tenants=tenants(), **settings(secret_key="wrong")) as house:
        assert (await ask(house)).codes == ["UNAUTHENTICATED"]
        assert [call.status for call in house.emulator.journal] == [401]
        for _ in range(10):
            answer = await ask(house)
            assert answer.codes == ["UNAUTHENTICATED"]
            assert answer.errors[0]["extensions"]["retryAfterSeconds"] == 360
        assert house.upstream_calls == 1
        house.clock.now += 359.9
        await ask(house)
        assert house.upstream_calls == 1
        house.clock.now += 0.1
        await ask(house)
        assert house.upstream_calls == 2


async def test_fifty_requests_at_once_with_a_wrong_key_are_one_call() -> None:
    """Until a signature has been taken, calls go one by one; also for pages that read ahead."""
    async with open_house(tenants=tenants(), **settings(secret_key="wrong")) as house:
        asked = [ask(house, ONE, PAGE, first=250, assetId=f"asset-{number}") for number in range(50)]
        answers = await asyncio.gather(*asked)
        assert {code for answer in answers for code in answer.codes} == {"UNAUTHENTICATED"}
        assert house.upstream_calls == 1


async def test_a_good_key_is_not_held_up() -> None:
    """Fifty requests at once all get their answer, one call each, and later ones need not wait for one another."""
    async with open_house(tenants=tenants(), **settings()) as house:
        answers = await asyncio.gather(*(ask(house, ONE, PAGE, taskId=f"task-{number}") for number in range(50)))
        assert all(answer.data["thumbnailTasks"] for answer in answers)
        assert house.upstream_calls == 50


async def test_a_key_that_is_revoked_forgets_what_it_read() -> None:
    """The refusal comes with the next call; from then on nothing is shown from memory."""
    async with open_house(tenants=tenants(), **settings()) as house:
        await ask(house)
        house.emulator.credentials.revoke_key(KEY.access)
        assert (await ask(house)).data["thumbnailTasks"]["nodes"]
        assert (await ask(house, ONE, PAGE, taskId="x")).codes == ["UNAUTHENTICATED"]
        assert (await ask(house)).codes == ["UNAUTHENTICATED"]
        assert house.upstream_calls == 2


@pytest.mark.parametrize(("kinds", "status"), [("key", 503), ("token,key", 200)])
async def test_readyz_says_that_signing_has_stopped(kinds: str, status: int) -> None:
    """Not ready where nothing can be read without the key; ready, with a note, where tokens still can."""
    async with open_house(tenants=tenants(), **settings(secret_key="wrong", credentials=kinds)) as house:
        with served(house.app) as url:  # only a server tells requests that the start is over
            async with httpx.AsyncClient() as probe:
                ready = await probe.get(f"{url}/readyz")
                await ask(house)
                stopped = await probe.get(f"{url}/readyz")
        assert (ready.status_code, ready.text) == (200, "ready\n")
        assert "refused the gateway's own key; nothing is signed for 360 seconds" in stopped.text
        assert stopped.status_code == status
        if "token" in kinds:
            assert (await house.ask(QUERY)).data["thumbnailTasks"]["nodes"]


async def test_another_failure_does_not_stop_it() -> None:
    """A broken or throttling upstream says nothing of the key."""
    async with open_house(tenants=tenants(), upstream_attempts=1, **settings()) as house:
        for fault in ({"status": 503}, {"status": 403, "code": "VOD.10057"}, {"status": 429}):
            house.emulator.fault("status", times=1, **fault)
            assert (await ask(house)).errors
        house.clock.now += 61  # the upstream's throttling is over
        assert (await ask(house)).data["thumbnailTasks"]["nodes"]
