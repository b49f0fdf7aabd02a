"""The settings of credentials: what refuses to start, in one line that names it, and what is masked."""

from typing import Any

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.settings import SettingsError, load

NEEDED = {"GATEWAY_UPSTREAM_URL": "https://vod.example.com", "GATEWAY_PROJECT_ID": "0123456789abcdef"}
AK, SK, ST = "AKSECRETACCESSKEY", "sk-secret-signing-key", "st-secret-security-token"
ACCESS_TOKEN = "secret-access-token-one"
KEY = {"GATEWAY_ACCESS_KEY": AK, "GATEWAY_SECRET_KEY": SK}
ACCEPTED = {**KEY, "GATEWAY_CREDENTIALS": "key"}

REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "a key without admission": (ACCEPTED, "GATEWAY_ACCESS_TOKENS"),
    "an AK without its SK": ({"GATEWAY_ACCESS_KEY": AK}, "GATEWAY_SECRET_KEY is not set"),
    "an SK without its AK": ({"GATEWAY_SECRET_KEY": SK}, "GATEWAY_ACCESS_KEY is not set"),
    "a key that is not accepted": (KEY, "GATEWAY_CREDENTIALS does not name `key`"),
    "no key where one is accepted": ({"GATEWAY_CREDENTIALS": "key"}, "GATEWAY_ACCESS_KEY is not set"),
    "a security token alone": ({"GATEWAY_SECURITY_TOKEN": ST}, "GATEWAY_SECURITY_TOKEN is set"),
    "access tokens for nothing": ({"GATEWAY_ACCESS_TOKENS": ACCESS_TOKEN}, "GATEWAY_ACCESS_TOKENS is set"),
    "everyone for nothing": ({"GATEWAY_ADMIT_EVERYONE": "true"}, "GATEWAY_ADMIT_EVERYONE is set"),
    "everyone and tokens": (
        {**ACCEPTED, "GATEWAY_ACCESS_TOKENS": ACCESS_TOKEN, "GATEWAY_ADMIT_EVERYONE": "true"},
        "GATEWAY_ADMIT_EVERYONE is on",
    ),
    "a short access token": ({**ACCEPTED, "GATEWAY_ACCESS_TOKENS": "short"}, "GATEWAY_ACCESS_TOKENS: has to be"),
    "no access token": ({**ACCEPTED, "GATEWAY_ACCESS_TOKENS": "  "}, "GATEWAY_ACCESS_TOKENS: has to be"),
    "a malformed list of projects": (
        {**ACCEPTED, "GATEWAY_ACCESS_TOKENS": f"{ACCESS_TOKEN}:a,,b"},
        "GATEWAY_ACCESS_TOKENS: has to be",
    ),
    "an access token twice": (
        {**ACCEPTED, "GATEWAY_ACCESS_TOKENS": f"{ACCESS_TOKEN}:a {ACCESS_TOKEN}:b"},
        "names a token twice",
    ),
    "an unknown kind": ({"GATEWAY_CREDENTIALS": "token,cookie"}, "GATEWAY_CREDENTIALS"),
    "no kind": ({"GATEWAY_CREDENTIALS": ""}, "GATEWAY_CREDENTIALS"),
    "a header with another meaning": ({"GATEWAY_ACCESS_HEADER": "X-Auth-Token"}, "GATEWAY_ACCESS_HEADER"),
    "a header that is none": ({"GATEWAY_ACCESS_HEADER": "X Key"}, "GATEWAY_ACCESS_HEADER"),
    "no project": (
        {**ACCEPTED, "GATEWAY_ADMIT_EVERYONE": "true", "GATEWAY_PROJECT_ID": ""},
        "GATEWAY_PROJECT_ID",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_refuses_to_start(case: str) -> None:
    """One line, the setting's name, and nothing secret."""
    given, message = REFUSED[case]
    with pytest.raises(SettingsError) as caught:
        load({**NEEDED, **given}, env_file=None)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not [secret for secret in (AK, SK, ST, ACCESS_TOKEN) if secret in str(caught.value)]
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("choose", ["true", "false"])
def test_a_token_without_projects_needs_the_default_one(choose: str) -> None:
    """Every request with it would fail: the project is not the caller's to choose there."""
    url, chooses = NEEDED["GATEWAY_UPSTREAM_URL"], {"GATEWAY_CALLERS_CHOOSE_PROJECT": choose}
    given = {**ACCEPTED, **chooses, "GATEWAY_UPSTREAM_URL": url}
    named = f"{ACCESS_TOKEN}-2:a"
    with pytest.raises(SettingsError, match=r"^GATEWAY_PROJECT_ID is not set, .* without projects$"):
        load({**given, "GATEWAY_ACCESS_TOKENS": f"{named} {ACCESS_TOKEN}"}, env_file=None)
    assert load({**given, "GATEWAY_ACCESS_TOKENS": named}, env_file=None).project_id is None


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"GATEWAY_CREDENTIALS": "presigned"},
        {**ACCEPTED, "GATEWAY_ACCESS_TOKENS": ACCESS_TOKEN},
        {**ACCEPTED, "GATEWAY_CREDENTIALS": "token, presigned, key", "GATEWAY_ACCESS_TOKENS": f"{ACCESS_TOKEN}==:a,b"},
        {**ACCEPTED, "GATEWAY_SECURITY_TOKEN": ST, "GATEWAY_ADMIT_EVERYONE": "true"},
    ],
)
def test_what_starts(given: dict[str, str]) -> None:
    """Each kind alone, and all of them."""
    assert load({**NEEDED, **given}, env_file=None).credential_kinds


@pytest.mark.parametrize("good", [True, False])
def test_the_settings_command_masks_secrets(good: bool) -> None:  # noqa: FBT001
    """Also where the settings would not start."""
    environment: dict[str, Any] = {**NEEDED, **ACCEPTED, "GATEWAY_SECURITY_TOKEN": ST}
    environment["GATEWAY_ACCESS_TOKENS"] = ACCESS_TOKEN if good else f"{ACCESS_TOKEN} x"
    environment["GATEWAY_CACHE_SECRET"] = "a-secret-of-the-cache"
    result = CliRunner().invoke(main, ["settings"], env=environment)
    assert result.exit_code == 0
    assert ("GATEWAY_SECRET_KEY=**********" in result.output) is good
    for secret in (AK, SK, ST, ACCESS_TOKEN, "a-secret-of-the-cache"):
        assert secret not in result.output
        assert secret not in repr(load({**NEEDED}, env_file=None))
