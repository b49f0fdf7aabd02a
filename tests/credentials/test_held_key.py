"""The gateway's own key: who may use it, and that it stops before the vendor locks it."""

import asyncio
from contextlib import nullcontext
from typing import Any

import httpx
import pytest

from gateway.credentials.held_key import HeldKey
from gateway.credentials.refusals import KnownRefusal
from gateway.credentials.secret import Secret
from gateway.credentials.signing import SigningKey
from gateway.emulator import AccessKey, Tenant
from gateway.errors import Forbidden, GatewayError, NotFound, RateLimited, Unauthenticated, UpstreamUnavailable
from tests.support.house import PAGE, PROJECT, TOKEN, Answer, Clock, House, open_house
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


UPSTREAM = {"status": 403}


@pytest.mark.parametrize(
    ("problem", "proves"),
    [
        (NotFound("x", upstream=UPSTREAM), True),
        (Forbidden("x", upstream=UPSTREAM), True),
        (RateLimited("x", retry_after=1, upstream=UPSTREAM), True),
        (RateLimited("x", retry_after=1), False),
        (UpstreamUnavailable("x", upstream=UPSTREAM), False),
    ],
    ids=["not found", "forbidden", "429", "not asked", "unavailable"],
)
async def test_what_shows_that_a_signature_was_taken(*, problem: GatewayError, proves: bool) -> None:
    """Not only rows: whoever is told of a missing asset or of a quota was let in; then calls need not queue."""
    key = HeldKey(SigningKey(KEY.access, Secret(KEY.secret)), scope="s", clock=Clock())
    with pytest.raises(type(problem)):
        async with key.attempt():
            raise problem
    with nullcontext() if proves else pytest.raises(TimeoutError):
        async with asyncio.timeout(0), key.attempt(), key.attempt():  # two at once, without waiting
            pass


async def test_a_key_that_is_revoked_forgets_what_it_read() -> None:
    """The refusal comes with the next call; from then on nothing is shown from memory."""
    async with open_house(tenants=tenants(), **settings()) as house:
        await ask(house)
        house.emulator.credentials.revoke_key(KEY.access)
        assert (await ask(house)).data["thumbnailTasks"]["nodes"]
        assert (await ask(house, ONE, PAGE, taskId="x")).codes == ["UNAUTHENTICATED"]
        assert (await ask(house)).codes == ["UNAUTHENTICATED"]
        assert house.upstream_calls == 2


@pytest.mark.parametrize("code", ["VOD.10060", "VOD.10083", "VOD.10099", "VOD.10104"])
async def test_one_assets_state_says_nothing_of_the_others(code: str) -> None:
    """A blocked or unpublished asset is not found, and what others read stays remembered."""
    async with open_house(tenants=tenants(), **settings()) as house:
        await ask(house)
        house.emulator.fault("status", times=1, status=403, code=code)
        assert (await ask(house, ONE, PAGE, assetId="blocked")).codes == ["NOT_FOUND"]
        assert (await ask(house)).data["thumbnailTasks"]["nodes"]
        assert house.upstream_calls == 2


@pytest.mark.parametrize("kind", ["key", "token"])
async def test_a_refusal_stops_the_calls_that_wait(kind: str) -> None:
    """Forty requests after a revocation: only those that are under way already still meet the upstream."""
    async with open_house(tenants=tenants(), upstream_concurrency=5, **settings(credentials="token,key")) as house:

        async def one(task: str) -> Answer:
            return await (ask(house, ONE, PAGE, taskId=task) if kind == "key" else house.ask(PAGE, {"taskId": task}))

        assert (await one("first")).data["thumbnailTasks"]
        house.emulator.credentials.revoke_key(KEY.access)
        house.emulator.credentials.revoke_token(TOKEN)
        house.emulator.journal.clear()
        house.emulator.latency = 0.05  # so that calls wait for a place
        answers = await asyncio.gather(*(one(f"task-{number}") for number in range(40)))
        assert {code for answer in answers for code in answer.codes} == {"UNAUTHENTICATED"}
        assert house.upstream_calls <= 5


async def test_only_the_upstreams_refusal_lengthens_the_stop() -> None:
    """What the key itself refuses to a call that waited says nothing new."""
    clock = Clock()
    key = HeldKey(SigningKey(KEY.access, Secret(KEY.secret)), scope="s", clock=clock)
    async with key.attempt():
        pass

    async def refused_while_it_waits() -> None:
        async with key.attempt():
            with pytest.raises(Unauthenticated):
                async with key.attempt():
                    raise Unauthenticated("x")
            clock.now += 100
            key.check()

    with pytest.raises(KnownRefusal):
        await refused_while_it_waits()
    assert key.stopped_for == 260


@pytest.mark.parametrize(("kinds", "status"), [("key", 503), ("token,key", 200)])
async def test_readyz_says_that_signing_has_stopped(kinds: str, status: int) -> None:
    """Not ready where nothing can be read without the key; ready, with a note, where tokens still can."""
    async with open_house(tenants=tenants(), **settings(secret_key="wrong", credentials=kinds)) as house:
        with served(house.app) as url:  # only a server tells requests that the start is over
            async with httpx.AsyncClient() as probe:
                ready = await probe.get(f"{url}/readyz")
                await ask(house)
                stopped = await probe.get(f"{url}/readyz")
        assert (ready.status_code, ready.text) == (200, '{"status":"ready"}')
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
