"""CSRF, CORS and security headers, as a browser's requests meet them."""

from typing import Any

import httpx
import pytest

from gateway.settings import SettingsError
from tests.support.house import House, open_house

PAGE = "https://app.example.com"
ASKED = {"query": "{__typename}"}


@pytest.mark.parametrize("name", ["GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name"])
async def test_a_get_needs_a_header_that_browsers_ask_about_first(house: House, name: str) -> None:
    """Any of the three, with any value but none at all; a content type proves nothing."""
    assert (await house.client.get("/graphql", params=ASKED, headers={name: "1"})).status_code == 200
    for headers in ({}, {name: ""}, {"Content-Type": "application/json"}):
        answer = await house.client.get("/graphql", params=ASKED, headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["reason"]) == (400, "PREFLIGHT_REQUIRED")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_a_post_that_a_form_could_send_is_refused(house: House, media_type: str) -> None:
    """Those three media types go across origins unasked; JSON does not."""
    answer = await house.client.post(
        "/graphql", content=b'{"query":"{__typename}"}', headers={"Content-Type": media_type, "X-Auth-Token": "t"}
    )
    assert (answer.status_code, answer.headers["accept"]) == (415, "application/json")


async def preflight(house: House, origin: str, headers: str = "content-type,x-auth-token") -> httpx.Response:
    """What a browser asks before a POST."""
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": headers}
    return await house.client.options("/graphql", headers=asked)


async def test_no_other_origin_is_allowed_by_default(house: House) -> None:
    """A preflight is a method like any other that is not served."""
    answer = await preflight(house, PAGE)
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


async def test_the_origins_that_are_set_may_ask_and_see_the_useful_headers() -> None:
    """Without cookies; refusals can be read too."""
    async with open_house(cors_origins=f"{PAGE},http://localhost:3000") as house:
        allowed = await preflight(house, PAGE)
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, PAGE)
        assert "X-Auth-Token" in allowed.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in allowed.headers
        assert (await preflight(house, "https://evil.example")).status_code == 400
        assert (await preflight(house, PAGE, "x-anything")).status_code == 400
        for body, status in ((ASKED, 200), ({"query": "{"}, 400)):
            answer = await house.client.post("/graphql", json=body, headers={"Origin": PAGE})
            assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, PAGE)
            assert "Retry-After" in answer.headers["access-control-expose-headers"]
            assert "Origin" in answer.headers["vary"]


async def test_a_page_may_send_its_access_token_in_the_header_that_is_set() -> None:
    """That header is the credential there, and a browser asks about it first."""
    key: dict[str, Any] = {
        "access_key": "AK",
        "secret_key": "SK",
        "credentials": "key",
        "access_tokens": "an-access-token-of-ours",
    }
    async with open_house(cors_origins=PAGE, access_header="X-Api-Key", **key) as house:
        assert (await preflight(house, PAGE, "content-type,x-api-key")).status_code == 200
    async with open_house(cors_origins=PAGE, **key) as house:
        assert (await preflight(house, PAGE, "content-type,x-api-key")).status_code == 400


@pytest.mark.parametrize("origins", ["app.example.com", "https://a.example/", "https://a.example;https://b.example"])
async def test_what_is_no_list_of_origins_stops_the_start(origins: str) -> None:
    """An origin is scheme, host and port."""
    with pytest.raises(SettingsError, match="GATEWAY_CORS_ORIGINS"):
        async with open_house(cors_origins=origins):
            pass


async def test_every_answer_has_the_security_headers(house: House) -> None:
    """Answers, refusals, probes, and what is not there."""
    answers = [
        await house.client.post("/graphql", json=ASKED),
        await house.client.get("/graphql"),
        await house.client.get("/livez"),
        await house.client.get("/nothing"),
    ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_no_redirect_is_built_from_the_host_header(house: House) -> None:
    """A path with a slash behind it is another path."""
    answer = await house.client.get("/graphql/", headers={"Host": "evil.example"})
    assert (answer.status_code, "location" in answer.headers) == (404, False)
