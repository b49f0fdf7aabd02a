from datetime import UTC, datetime

import httpx
import pytest

from gateway.emulator import AccessKey, Emulator, Token
from gateway.emulator.request import Request
from gateway.emulator.signatures import canonical_request, sign
from tests.emulator.conftest import KEY, OTHER_PROJECT, PROJECT, TASKS, TEMPORARY_KEY, Clock


def signed(
    key: AccessKey = KEY,
    *,
    at: float = 1_772_439_330.0,
    secret: str | None = None,
    token: str | None = None,
    path: str = TASKS,
    query: str = "limit=1",
    unsigned: tuple[str, ...] = (),
) -> dict[str, str]:
    """The headers of a request that was signed for this path and query."""
    date = datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": "emulator.test", "x-sdk-date": date, "x-project-id": PROJECT}
    token = key.security_token if token is None else token
    if token:
        headers["x-security-token"] = token
    names = [name for name in headers if name not in unsigned]
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    canonical = canonical_request(Request("GET", path.encode(), query.encode(), raw), names)
    signature = sign(secret or key.secret, date, str(canonical))
    listed = ";".join(sorted(names))
    authorization = f"SDK-HMAC-SHA256 Access={key.access}, SignedHeaders={listed}, Signature={signature}"
    return {**headers, "authorization": authorization}


@pytest.fixture
async def anonymous(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client without a credential of its own."""
    del client.headers["X-Auth-Token"]
    return client


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    body = answer.json()
    assert body.get("request_id", answer.headers["x-request-id"]) == answer.headers["x-request-id"]
    return answer.status_code, body["error_code"], body["error_msg"]


IAM = "Incorrect IAM authentication information: "


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (401, "APIGW.0301", IAM + "x-auth-token not found")),
        ({"X-Auth-Token": "stranger"}, (401, "APIGW.0301", IAM + "decrypt token fail")),
        ({"Authorization": "Bearer abc"}, (401, "APIGW.0301", IAM + "x-auth-token not found")),
        (
            {"Authorization": "SDK-HMAC-SHA256 Access=AK"},
            (401, "APIGW.0301", IAM + "the format of the Authorization header is incorrect"),
        ),
        ({"X-Auth-Token": "other-token"}, (403, "VOD.10057", "The tenant ID check failed.")),
        (
            {"X-Auth-Token": "good-token", "X-Project-Id": OTHER_PROJECT},
            (403, "VOD.10057", "The tenant ID check failed."),
        ),
    ],
)
async def test_refused_tokens(
    anonymous: httpx.AsyncClient, headers: dict[str, str], expected: tuple[int, str, str]
) -> None:
    """No credential, an unknown one, or one of another project is refused in the vendor's words."""
    assert refusal(await anonymous.get(TASKS, headers=headers)) == expected


async def test_a_token_expires_by_the_clock(anonymous: httpx.AsyncClient, clock: Clock) -> None:
    """A token works up to its last second, then it must be updated."""
    headers = {"X-Auth-Token": "short-token"}
    clock.now += 59
    assert (await anonymous.get(TASKS, headers=headers)).status_code == 200
    clock.now += 1
    expected = (401, "APIGW.0307", "The token must be updated.")
    assert refusal(await anonymous.get(TASKS, headers=headers)) == expected


async def test_tokens_and_keys_are_added_and_revoked(
    anonymous: httpx.AsyncClient, emulator: Emulator, clock: Clock
) -> None:
    """A new token works at once and a revoked one no longer; the same for keys; none may have two owners."""
    emulator.credentials.add_token(PROJECT, Token("new", expires=clock.now + 1))
    assert (await anonymous.get(TASKS, headers={"X-Auth-Token": "new"})).status_code == 200
    emulator.credentials.revoke_token("new")
    assert (await anonymous.get(TASKS, headers={"X-Auth-Token": "new"})).status_code == 401
    emulator.credentials.revoke_key(KEY.access)
    answer = await anonymous.get(f"{TASKS}?limit=1", headers=signed())
    assert refusal(answer)[2] == f"{IAM}Get secretKey failed,ak:{KEY.access},err:ak not exist"
    with pytest.raises(ValueError, match="one project"):
        emulator.credentials.add_token(OTHER_PROJECT, "good-token")
    with pytest.raises(ValueError, match="one project"):
        emulator.credentials.add_key(OTHER_PROJECT, TEMPORARY_KEY)


@pytest.mark.parametrize("key", [KEY, TEMPORARY_KEY])
async def test_a_good_signature_passes(anonymous: httpx.AsyncClient, key: AccessKey) -> None:
    """A permanent pair, and a temporary one with its token, are admitted; a token beside them is not looked at."""
    headers = signed(key)
    assert (await anonymous.get(f"{TASKS}?limit=1", headers=headers)).status_code == 200
    both = {**headers, "X-Auth-Token": "stranger"}
    assert (await anonymous.get(f"{TASKS}?limit=1", headers=both)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (signed(secret="wrong"), "verify aksk signature fail, canonical request:GET|"),
        (signed(query="limit=2"), "verify aksk signature fail, canonical request:GET|"),
        (signed(path=TASKS + "/x"), "verify aksk signature fail, canonical request:GET|"),
        ({**signed(), "host": "elsewhere.test"}, "verify aksk signature fail, canonical request:GET|"),
        (signed(unsigned=("x-sdk-date",)), "x-sdk-date must be sent and signed"),
        ({**signed(), "x-sdk-date": "yesterday"}, "x-sdk-date must be sent and signed"),
        (signed(TEMPORARY_KEY, token="another"), "verify aksk signature fail, the security token does not belong"),
        (signed(TEMPORARY_KEY, token=""), "verify aksk signature fail, the security token does not belong"),
        (signed(KEY, token="a"), "verify aksk signature fail, the security token does not belong"),
        (signed(TEMPORARY_KEY, unsigned=("x-security-token",)), "verify aksk signature fail, x-security-token must"),
        (
            {name: value for name, value in signed().items() if name != "x-project-id"},
            "verify aksk signature fail, a signed header is missing",
        ),
    ],
)
async def test_a_bad_signature_is_refused(anonymous: httpx.AsyncClient, headers: dict[str, str], reason: str) -> None:
    """Another secret, query, path, host or token, or a header left out: 401 APIGW.0301 with the reason."""
    status, code, message = refusal(await anonymous.get(f"{TASKS}?limit=1", headers=headers))
    assert (status, code) == (401, "APIGW.0301")
    assert message.startswith(IAM + reason)
    assert KEY.secret not in message


@pytest.mark.parametrize(("seconds", "status"), [(-901, 401), (-900, 200), (900, 200), (901, 401)])
async def test_a_quarter_of_an_hour_of_skew(
    anonymous: httpx.AsyncClient, clock: Clock, seconds: int, status: int
) -> None:
    """Up to 15 minutes early or late pass, one second more is APIGW.0303."""
    answer = await anonymous.get(f"{TASKS}?limit=1", headers=signed(at=clock.now + seconds))
    assert answer.status_code == status
    if status == 401:
        assert answer.json()["error_code"] == "APIGW.0303"


async def test_an_expired_pair(anonymous: httpx.AsyncClient, emulator: Emulator, clock: Clock) -> None:
    """A pair whose time is over is refused in the vendor's words."""
    key = AccessKey("AKOLD", "secret", expires=clock.now)
    emulator.credentials.add_key(PROJECT, key)
    answer = await anonymous.get(f"{TASKS}?limit=1", headers=signed(key))
    assert refusal(answer) == (401, "APIGW.0301", IAM + "calc ak sk signature fail:signature expired")


async def test_a_key_is_locked_after_more_than_five_failures(anonymous: httpx.AsyncClient, clock: Clock) -> None:
    """Five failures and a success begin anew; six lock the key for five minutes, for good signatures too."""
    url = f"{TASKS}?limit=1"
    for _ in range(5):
        assert (await anonymous.get(url, headers=signed(secret="wrong"))).status_code == 401
    assert (await anonymous.get(url, headers=signed())).status_code == 200
    for _ in range(6):
        assert "verify aksk" in refusal(await anonymous.get(url, headers=signed(secret="wrong")))[2]
    locked = (401, "APIGW.0301", IAM + "AK access failed to reach the limit,forbidden.")
    assert refusal(await anonymous.get(url, headers=signed())) == locked
    assert (await anonymous.get(url, headers=signed(TEMPORARY_KEY))).status_code == 200
    clock.now += 299
    assert refusal(await anonymous.get(url, headers=signed(at=clock.now))) == locked
    clock.now += 1
    assert (await anonymous.get(url, headers=signed(at=clock.now))).status_code == 200


async def test_secrets_are_in_no_repr(emulator: Emulator) -> None:
    """Neither tokens nor secret keys show when a credential is printed."""
    assert KEY.secret not in repr(KEY)
    assert "STEXAMPLE" not in repr(TEMPORARY_KEY)
    assert "good-token" not in repr(emulator.credentials.token("good-token"))
