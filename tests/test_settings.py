from pathlib import Path
from typing import Any

import pytest

from gateway.settings import Settings, SettingsError, load

GOOD = {"GATEWAY_UPSTREAM_URL": "https://vod.example.com", "GATEWAY_PROJECT_ID": "p"}
SECRET = "a-secret-of-the-cache"


def problem(**environment: str) -> str:
    """The message of settings that do not start."""
    with pytest.raises(SettingsError) as caught:
        load({**GOOD, **environment}, env_file=None)
    assert caught.value.__cause__ is None
    message = str(caught.value)
    assert "\n" not in message
    return message


def loaded(**environment: str) -> Settings:
    """Settings of an environment."""
    return load({**GOOD, **environment}, env_file=None)


def test_two_settings_are_enough() -> None:
    """The rest has defaults."""
    settings = loaded()
    assert (settings.upstream_url, settings.project_id) == ("https://vod.example.com", "p")
    assert (settings.cache, settings.cache_fresh_seconds, settings.max_first, settings.port) == (
        "memory",
        10,
        1_000,
        8_000,
    )


def test_what_is_not_ours_is_not_read() -> None:
    """Other variables, whatever their names end with."""
    assert loaded(PORT="1", XGATEWAY_PORT="2", gateway_port="3").port == 8_000


@pytest.mark.parametrize("missing", ["GATEWAY_UPSTREAM_URL", "GATEWAY_PROJECT_ID"])
def test_what_is_missing_is_named(missing: str) -> None:
    """The two that have no default."""
    with pytest.raises(SettingsError, match=rf"^{missing} is not set"):
        load({name: value for name, value in GOOD.items() if name != missing}, env_file=None)


def test_a_project_is_needed_unless_callers_name_theirs() -> None:
    """Then it is only a default."""
    assert load({**GOOD, "GATEWAY_CALLERS_CHOOSE_PROJECT": "yes"}, env_file=None).callers_choose_project
    alone = {"GATEWAY_UPSTREAM_URL": "https://x", "GATEWAY_CALLERS_CHOOSE_PROJECT": "1"}
    assert load(alone, env_file=None).project_id is None


@pytest.mark.parametrize("name", ["GATEWAY_PROT", "GATEWAY_", "GATEWAY_CACHE_FRESH", "GATEWAY_SERVICE_HOST"])
def test_an_unknown_setting_is_named(name: str) -> None:
    """A slip of the pen does not start with a default instead."""
    assert problem(**{name: "x"}) == f"{name} is no setting of this gateway (`vod-gateway settings` lists them)"


BAD = {
    "UPSTREAM_URL": [
        "",
        "vod.example.com",
        "ftp://vod.example.com",
        "https:///",
        "https://user:secret@vod.example.com",
        "https://vod.example.com/v1",
        "https://vod.example.com?x=1",
        "https://vod.example.com#x",
        "https://vod.example.com\n",
        "https://vod example.com",
        "https://vod.example.com:port",
        "https://vod.example.com:0",
        "https://vod.example.com:65536",
        "https://[:::::]",
        "https://999.1.1.1",
        "https://vöd.example.com",
    ],
    "UPSTREAM_PLAIN_HTTP": ["perhaps"],
    "PROJECT_ID": ["", "a/b", "..", "a b", "x" * 65, "é", "p\n"],
    "CALLERS_CHOOSE_PROJECT": ["maybe"],
    "CACHE": [
        "",
        "disk",
        "memory ",
        "redis",
        "offf",
        "off\n",
        "redis://",
        "redis:/cache.example.com",
        "http://cache.example.com",
        "redis://cache.example.com:0",
        "redis://cache.example.com:65536",
        "redis://cache.example.com/zero",
        "redis://cache.example.com/0?ssl=1",
        "redis://user:pass/word@cache.example.com",
        "redis://cache.example.com\n",
    ],
    "CACHE_PASSWORD": [""],
    "CACHE_CA": ["no/such/authority.pem"],
    "CACHE_PREFIX": ["", "a:b", "a b", "x" * 65],
    "CACHE_TIMEOUT_MILLISECONDS": ["9", "5001", "0.5"],
    "CACHE_MAX_VALUE_KILOBYTES": ["0", "100001"],
    "CACHE_SECRET": ["short", "x" * 65, "é" * 33, "é" * 20],
    "CACHE_FRESH_SECONDS": ["0", "-1", "nan", "inf", "86401", "ten"],
    "CACHE_STALE_SECONDS": ["-1", "nan", "inf", "86401"],
    "CACHE_ERROR_SECONDS": ["-1", "nan", "inf", "86401"],
    "CACHE_ANSWERS_MEGABYTES": ["-1", "many", "1000001"],
    "CACHE_MAX_ENTRIES": ["0", "1.5", "10000001"],
    "CACHE_MAX_MEGABYTES": ["0", "many"],
    "MAX_FIRST": ["0", "20101"],
    "MAX_PAGES_AT_ONCE": ["0", "1.5"],
    "MAX_DOCUMENTS": ["0"],
    "COMPILE_SELECTIONS": ["maybe"],
    "MAX_BODY_KILOBYTES": ["0"],
    "SEARCH_CALLS": ["-1", "101"],
    "UPSTREAM_TIMEOUT_SECONDS": ["0", "nan"],
    "UPSTREAM_CONNECT_SECONDS": ["0", "inf"],
    "UPSTREAM_CONNECTIONS": ["0"],
    "UPSTREAM_MAX_ANSWER_MEGABYTES": ["0", "101"],
    "PORT": ["-1", "65536", "tcp://10.0.0.1:8000"],
    "CREDENTIALS": ["", "cookie", "token;key", "token,"],
    "ACCESS_KEY": [""],
    "SECRET_KEY": [""],
    "SECURITY_TOKEN": [""],
    "ACCESS_TOKENS": ["short", "long-enough-for-a-token:", "long-enough-for-a-token:a/b"],
    "ACCESS_HEADER": ["", "X Token", "X-Auth-Token", "host"],
    "ADMIT_EVERYONE": ["all of them"],
    "GRAPHIQL": ["maybe"],
    "INTROSPECTION": ["maybe"],
    "CORS_ORIGINS": ["app.example.com", "https://a.example.com https://b.example.com", "https://a.example.com/path"],
    "AUTOMATIC_PERSISTED_QUERIES": ["maybe"],
    "TRUSTED_DOCUMENTS": ["no/such/manifest.json"],
    "TRUSTED_DOCUMENTS_ONLY": ["maybe"],
    "PARTIAL_SUCCESS_STATUS": ["201", "500"],
    "MAX_ALIASES": ["0"],
    "MAX_ALIAS_LENGTH": ["0"],
    "MAX_ANSWER_FIELDS": ["0"],
    "MAX_CONCURRENT_REQUESTS": ["0"],
    "MAX_COST": ["0"],
    "MAX_DEPTH": ["0", "101"],
    "MAX_DOCUMENT_KILOBYTES": ["0"],
    "MAX_HEADERS_KILOBYTES": ["0"],
    "MAX_HEADER_LINE_KILOBYTES": ["0"],
    "MAX_JSON_DEPTH": ["0", "201"],
    "MAX_PERSISTED_MEGABYTES": ["0"],
    "MAX_PERSISTED_QUERIES": ["0"],
    "MAX_REPRESENTATIONS": ["0", "many"],
    "MAX_ROOT_FIELDS": ["0"],
    "MAX_TOKENS": ["0"],
    "MAX_VALIDATION_STEPS": ["0"],
    "MAX_WAITING_REQUESTS": ["-1"],
    "DEADLINE_SECONDS": ["0", "nan"],
    "QUEUE_SECONDS": ["0"],
    "CACHE_EARLY_PERCENT": ["-1", "101"],
    "CACHE_PATIENCE_SECONDS": ["0", "nan"],
    "UPSTREAM_ATTEMPT_SECONDS": ["0", "nan"],
    "UPSTREAM_ATTEMPTS": ["0", "11"],
    "UPSTREAM_RETRY_PERCENT": ["-1", "101"],
    "BREAKER_FAILURES": ["0"],
    "BREAKER_SECONDS": ["0", "61"],
    "UPSTREAM_CONCURRENCY": ["0"],
    "UPSTREAM_QUEUE_SECONDS": ["0"],
    "THROTTLE_MAX_SECONDS": ["0", "86401"],
    "UPSTREAM_CALLS_PER_MINUTE": ["0", "100001"],
    "UPSTREAM_SCOPE_PERCENT": ["0", "101"],
    "UPSTREAM_RESERVE_PERCENT": ["-1", "101"],
    "ADMIN_TOKEN": ["", "short"],
    "DRAIN_SECONDS": ["-1", "601", "nan"],
    "EXPLAIN": ["maybe"],
    "EXPLAIN_SECRET": ["", "short", "with blanks and more", "ümlauts-are-no-header"],
    "LOG_FORMAT": ["", "xml", "json "],
    "TRACING": ["", "on", "true", "otlp,"],
    "LOG_LEVEL": ["", "loud", "critical"],
    "REQUEST_SECONDS": ["0"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_bad_value_is_one_line_that_names_the_setting(name: str, value: str) -> None:
    """And does not quote it: it might be a secret in the wrong place."""
    message = problem(**{f"GATEWAY_{name}": value})
    assert message.startswith(f"GATEWAY_{name}")
    assert len(value) < 6 or value not in message


def test_every_setting_that_can_be_bad_is_tried() -> None:
    """A new setting needs its bad values here; `host` takes any text."""
    assert set(BAD) == {name.upper() for name in Settings.model_fields} - {"HOST"}


@pytest.mark.parametrize(
    "url",
    ["https://vod.example.com", "https://vod.example.com:8443", "https://[2001:db8::1]:443", "https://10.0.0.1"]
    + [f"http://{host}" for host in ("127.0.0.1", "127.9.9.9:80", "localhost", "localhost:8001", "[::1]", "[::1]:1")],
)
def test_where_the_upstream_may_be(url: str) -> None:
    """Https anywhere, plain http on this machine; a slash at the end is taken off."""
    assert loaded(GATEWAY_UPSTREAM_URL=url).upstream_url == url
    assert loaded(GATEWAY_UPSTREAM_URL=url + "/").upstream_url == url


@pytest.mark.parametrize(
    "url", ["http://vod.example.com", "http://127.0.0.1.example.com", "http://localhost.example.com", "http://10.0.0.1"]
)
def test_plain_http_elsewhere_has_to_be_allowed(url: str) -> None:
    """Tokens would cross the network for everybody to read."""
    assert "plain http" in problem(GATEWAY_UPSTREAM_URL=url)
    assert loaded(GATEWAY_UPSTREAM_URL=url, GATEWAY_UPSTREAM_PLAIN_HTTP="true").upstream_url == url


def test_a_secret_for_explanations_that_nobody_gets_is_a_mistake() -> None:
    """Whoever set it wanted them."""
    secret = {"GATEWAY_EXPLAIN_SECRET": "sixteen-characters"}
    assert problem(**secret) == "GATEWAY_EXPLAIN_SECRET is set, and GATEWAY_EXPLAIN is off"
    assert loaded(**secret, GATEWAY_EXPLAIN="true").explain


def test_secrets_do_not_show() -> None:
    """Neither in the settings' own text nor in what is wrong with them."""
    settings = loaded(GATEWAY_CACHE_SECRET=SECRET)
    assert settings.cache_secret is not None
    assert settings.cache_secret.get_secret_value() == SECRET
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert SECRET not in problem(GATEWAY_CACHE_SECRET=SECRET, GATEWAY_PORT=SECRET)


def test_settings_do_not_change() -> None:
    """They are read once."""
    with pytest.raises(ValueError, match="frozen"):
        loaded().port = 1


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    """And what is given on the command line wins over both; what is not given there counts nothing."""
    file = tmp_path / ".env"
    file.write_text("GATEWAY_PROJECT_ID=from-file\nGATEWAY_HOST='file'\nOTHER=1\nGATEWAY_PORT=1\n# GATEWAY_X=1\n")
    environment = {"GATEWAY_UPSTREAM_URL": "https://vod.example.com", "GATEWAY_PORT": "2"}
    settings = load(environment, env_file=str(file))
    assert (settings.project_id, settings.host, settings.port) == ("from-file", "file", 2)
    given: dict[str, Any] = {"port": 3, "host": None}
    settings = load(environment, env_file=str(file), **given)
    assert (settings.host, settings.port) == ("file", 3)


def test_a_mistake_in_the_file_is_named(tmp_path: Path) -> None:
    """Unknown names and names without a value."""
    file = tmp_path / ".env"
    for text in ("GATEWAY_PROT=1", "GATEWAY_PROJECT_ID"):
        file.write_text(text)
        with pytest.raises(SettingsError, match=rf"^{text.partition('=')[0]}"):
            load({"GATEWAY_UPSTREAM_URL": "https://vod.example.com"}, env_file=str(file))


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    """Most installations have none."""
    assert load(GOOD, env_file=str(tmp_path / ".env")).project_id == "p"


def test_every_setting_is_described() -> None:
    """One sentence at least, with a full stop."""
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


STORE = {"GATEWAY_CACHE": "redis://cache.example.com:6380/2", "GATEWAY_CACHE_SECRET": SECRET}


@pytest.mark.parametrize("place", ["redis://cache", "rediss://[2001:db8::1]:6379/15", "redis://user@10.0.0.1/", "off"])
def test_where_answers_may_be_kept(place: str) -> None:
    """As it was given."""
    assert loaded(**{**STORE, "GATEWAY_CACHE": place}).cache == place


def test_the_stores_password_is_taken_out_of_its_url() -> None:
    """The rest may be shown; quoted characters are meant."""
    settings = loaded(**{**STORE, "GATEWAY_CACHE": "rediss://user:p%40ss%2Fword@cache.example.com:6380/1"})
    assert settings.cache == "rediss://user@cache.example.com:6380/1"
    assert settings.cache_password is not None
    assert settings.cache_password.get_secret_value() == "p@ss/word"
    assert "ss/word" not in f"{settings!r} {settings.model_dump()}"
    settings = loaded(**{**STORE, "GATEWAY_CACHE": "redis://:password@cache.example.com"})
    assert settings.cache == "redis://cache.example.com"
    assert loaded(**{**STORE, "GATEWAY_CACHE_PASSWORD": "password"}).cache == STORE["GATEWAY_CACHE"]


def test_a_shared_store_needs_the_secret() -> None:
    """One made up at the start would be another one in each replica."""
    assert problem(GATEWAY_CACHE="redis://cache.example.com").startswith("GATEWAY_CACHE_SECRET is not set")


@pytest.mark.parametrize(
    "more",
    [
        {"GATEWAY_CACHE": "memory", "GATEWAY_CACHE_PASSWORD": "password"},
        {"GATEWAY_CACHE": "off", "GATEWAY_CACHE_CA": __file__},
        {"GATEWAY_CACHE_CA": __file__},
        {"GATEWAY_CACHE": "redis://:one@cache.example.com", "GATEWAY_CACHE_PASSWORD": "another"},
    ],
)
def test_what_does_not_go_with_the_store_is_named(more: dict[str, str]) -> None:
    """A password for nobody, an authority without TLS, two passwords."""
    assert problem(**{**STORE, **more}).startswith(list(more)[-1])
