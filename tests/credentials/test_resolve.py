"""Which credential a request holds: every way to get it wrong is told before anything is asked upstream."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from gateway.emulator import Tenant
from tests.support.house import PROJECT, TOKEN, House, open_house
from tests.support.keys import DATE, KEY, TEMPORARY_KEY, presigned

OTHER = "fedcba9876543210fedcba9876543210"
QUERY = "{ thumbnailTasks(first: 3) { nodes { taskId } } }"
TARGET = f"/v1/{PROJECT}/asset/thumbnails?limit=4&offset=0"
SIGNATURE = "ab" * 32
ACCESS_TOKEN = "access-token-of-one"
KEY_SETTINGS = {"access_key": KEY.access, "secret_key": KEY.secret, "credentials": "token,presigned,key"}


def authorization(signed: str) -> str:
    return f"SDK-HMAC-SHA256 Access=AK, SignedHeaders={signed}, Signature={SIGNATURE}"


def tenants() -> list[Tenant]:
    return [
        Tenant(PROJECT, tokens=[TOKEN], keys=[KEY, TEMPORARY_KEY], size=250, clean=True),
        Tenant(OTHER, tokens=["other-token"], size=3, seed=2, clean=True),
    ]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house(tenants=tenants()) as opened:
        yield opened


REFUSED: Mapping[str, tuple[dict[str, str], str]] = {
    "two kinds": (
        {"X-Auth-Token": TOKEN, "Authorization": authorization("host;x-sdk-date"), "X-Sdk-Date": DATE},
        "Drop `X-Auth-Token`",
    ),
    "no date": ({"Authorization": authorization("host;x-sdk-date")}, "`X-Sdk-Date` is missing"),
    "a date alone": ({"X-Sdk-Date": DATE}, "belongs to `Authorization"),
    "a date beside a token": ({"X-Sdk-Date": DATE, "X-Auth-Token": TOKEN}, "belongs to `Authorization"),
    "a security token alone": ({"X-Security-Token": "ST"}, "belongs to `Authorization"),
    "a date beside a Bearer": ({"X-Sdk-Date": DATE, "Authorization": "Bearer abc"}, "belongs to `Authorization"),
    "a malformed date": (
        {"Authorization": authorization("host;x-sdk-date"), "X-Sdk-Date": "yesterday"},
        "YYYYMMDDTHHMMSSZ",
    ),
    "a malformed signature": ({"Authorization": "SDK-HMAC-SHA256 nonsense", "X-Sdk-Date": DATE}, "of the form"),
    "an unsigned date": ({"Authorization": authorization("host"), "X-Sdk-Date": DATE}, "does not cover `x-sdk-date`"),
    "a signed header that is not sent": (
        {"Authorization": authorization("host;x-project-id;x-sdk-date"), "X-Sdk-Date": DATE},
        "covers `x-project-id`, which is not sent",
    ),
    "a signed content type": (
        {"Authorization": authorization("content-type;host;x-sdk-date"), "X-Sdk-Date": DATE},
        "covers `content-type`, which the gateway does not pass on",
    ),
    "a signed user agent": (
        {"Authorization": authorization("host;user-agent;x-sdk-date"), "X-Sdk-Date": DATE},
        "covers `user-agent`, which the gateway does not pass on",
    ),
    "a malformed token": ({"X-Auth-Token": "with a blank"}, "visible ASCII"),
    "a token over 32 KB": ({"X-Auth-Token": "x" * 32_769}, "1 to 32768"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_wrong_is_told_before_any_call(case: str, house: House) -> None:
    """The message says what to change, shows no secret, and the upstream is not asked."""
    headers, message = REFUSED[case]
    answer = await house.ask(QUERY, token=None, headers=headers)
    assert answer.status == 400
    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.errors[0]["extensions"]["reason"] == "INVALID_CREDENTIAL"
    assert message in answer.errors[0]["message"]
    assert SIGNATURE not in str(answer.body)
    assert TOKEN not in str(answer.body)
    assert house.upstream_calls == 0


@pytest.mark.parametrize("name", ["X-Auth-Token", "Authorization", "X-Sdk-Date", "X-Security-Token", "X-Project-Id"])
async def test_a_header_sent_twice_is_refused(name: str, house: House) -> None:
    """Neither value may be taken: each could mean another caller."""
    response = await house.client.post("/graphql", json={"query": QUERY}, headers=[(name, "a"), (name, "b")])
    assert response.status_code == 400
    assert "sent 2 times" in response.json()["errors"][0]["message"]


async def test_a_token_of_32_kilobytes_is_taken(house: House) -> None:
    """The vendor's limit for a header, its name included, is a token's limit here."""
    token = "t" * (32_768 - len("X-Auth-Token: "))
    house.emulator.credentials.add_token(PROJECT, token)
    assert (await house.ask(QUERY, token=token)).data["thumbnailTasks"]["nodes"]


@pytest.mark.parametrize("scheme", ["Bearer abc", "Basic dTpw", "AWS4-HMAC-SHA256 Credential=x", "Bearer"])
async def test_another_scheme_is_no_credential(scheme: str, house: House) -> None:
    """A router may propagate its user's own `Authorization`: ignored, and never sent on."""
    assert (await house.ask(QUERY, headers={"Authorization": scheme})).data["thumbnailTasks"]["nodes"]
    assert [call.credential for call in house.emulator.journal] == ["token"]
    alone = await house.ask(QUERY, token=None, headers={"Authorization": scheme})
    assert (alone.status, alone.codes) == (401, ["UNAUTHENTICATED"])


async def test_no_credential_is_told_with_the_kinds(house: House) -> None:
    """401 names what is accepted, and only where the upstream would be read."""
    answer = await house.ask(QUERY, token=None)
    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
    assert answer.headers["www-authenticate"] == "X-Auth-Token, SDK-HMAC-SHA256"
    assert "data" not in answer.body
    assert (await house.ask("{ __typename }", token=None)).data == {"__typename": "Query"}


async def test_answers_vary_by_every_credential_header(house: House) -> None:
    """Whether there is an answer or a refusal."""
    for token in (TOKEN, None):
        vary = (await house.ask(QUERY, token=token)).headers["vary"].lower().split(", ")
        assert {"x-auth-token", "authorization", "x-sdk-date", "x-security-token", "x-project-id"} <= set(vary)


@pytest.mark.parametrize(
    ("accepted", "headers", "challenge"),
    [
        ("presigned", {"X-Auth-Token": TOKEN}, "SDK-HMAC-SHA256"),
        ("token", presigned(TARGET), "X-Auth-Token"),
        ("token", presigned(TARGET, key=TEMPORARY_KEY), "X-Auth-Token"),
    ],
)
async def test_a_kind_that_is_not_accepted(accepted: str, headers: dict[str, str], challenge: str) -> None:
    """It is refused by name, not ignored."""
    async with open_house(tenants=tenants(), credentials=accepted) as house:
        answer = await house.ask(QUERY, token=None, headers=headers)
        assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
        assert "does not accept" in answer.errors[0]["message"]
        assert answer.headers["www-authenticate"] == challenge
        assert house.upstream_calls == 0


@pytest.mark.parametrize("header", ["Authorization", "X-Api-Key"])
async def test_an_access_token_beside_a_credential(header: str) -> None:
    """The caller has to say which of the two it means."""
    value = f"Bearer {ACCESS_TOKEN}" if header == "Authorization" else ACCESS_TOKEN
    settings: dict[str, Any] = {**KEY_SETTINGS, "access_tokens": ACCESS_TOKEN, "access_header": header}
    async with open_house(tenants=tenants(), **settings) as house:
        answer = await house.ask(QUERY, headers={header: value})
        assert answer.codes == ["BAD_USER_INPUT"]
        assert f"Drop `{header}`" in answer.errors[0]["message"]
        assert (await house.ask(QUERY, token=None, headers={header: value})).data["thumbnailTasks"]["nodes"]
        assert [call.credential for call in house.emulator.journal] == ["signature"]


async def test_a_projects_name_is_checked_before_it_enters_a_path(house: House) -> None:
    """Malformed or foreign, it is refused; one's own is taken."""
    for project in ("../admin", "a" * 65, OTHER):
        answer = await house.ask(QUERY, headers={"X-Project-Id": project})
        assert answer.errors[0]["extensions"]["reason"] == "INVALID_PROJECT"
    assert house.upstream_calls == 0
    assert (await house.ask(QUERY, headers={"X-Project-Id": PROJECT})).data["thumbnailTasks"]["nodes"]


async def test_a_caller_may_choose_its_project_where_a_setting_allows() -> None:
    """And gets that one's tasks, also where the other's are remembered."""
    async with open_house(tenants=tenants(), callers_choose_project=True) as house:
        ours = await house.ask(QUERY)
        theirs = await house.ask(QUERY, token="other-token", headers={"X-Project-Id": OTHER})
        assert [node["taskId"] for node in ours.data["thumbnailTasks"]["nodes"]] == house.emulator.catalogue(
            PROJECT
        ).task_ids()[:3]
        assert [node["taskId"] for node in theirs.data["thumbnailTasks"]["nodes"]] == house.emulator.catalogue(
            OTHER
        ).task_ids()[:3]
