"""docs/http.md says what the code does."""

import re
from pathlib import Path

from gateway.settings import Settings
from gateway.web import graphql_answer
from gateway.web.cors import EXPOSED_HEADERS
from gateway.web.csrf import PREFLIGHT_HEADERS
from gateway.web.security_headers import SECURITY_HEADERS
from tests.support.hostile import hostile_requests

TEXT = (Path(__file__).parents[2] / "docs" / "http.md").read_text("utf-8")

LIMITS = TEXT.partition("## Limits")[2].partition("### The price")[0]


def test_the_table_of_limits_has_the_settings_and_their_defaults() -> None:
    """All settings of the edge that bound something, and no others."""
    rows = re.findall(r"^\| `GATEWAY_(\w+)` \| (\d+) \|", LIMITS, re.MULTILINE)
    documented = {name.lower(): float(value) for name, value in rows}
    fields = Settings.model_fields
    assert documented == {name: float(fields[name].default) for name in documented}
    ours = set(fields) - {"max_first", "max_documents", "max_persisted_queries", "max_persisted_megabytes"}
    assert {name for name in ours if name.startswith("max_")} <= documented.keys()


def test_every_setting_that_is_named_exists() -> None:
    """In the whole text."""
    assert {name.lower() for name in re.findall(r"GATEWAY_([A-Z_]+[A-Z])", TEXT)} <= Settings.model_fields.keys()


def test_every_status_is_documented() -> None:
    """Those of the code's own table, and those that the hostile requests meet."""
    documented = set(re.findall(r"^\| (\d{3}) \|", TEXT.partition("## Limits")[0], re.MULTILINE))
    in_code = set(re.findall(r"\b[2-5]\d\d\b", graphql_answer.__doc__ or ""))
    met = {str(request.status) for request in hostile_requests() if request.status not in {None, 404}}
    assert in_code | met <= documented


def test_the_headers_are_documented() -> None:
    """Those of the CSRF rule, those that other origins see, and those of every answer."""
    for name in (*PREFLIGHT_HEADERS, *EXPOSED_HEADERS, *SECURITY_HEADERS):
        assert f"`{name}" in TEXT, name


def test_the_table_of_hostile_requests_is_the_one_that_is_tested() -> None:
    """By name, in order."""
    rows = TEXT.partition("| request | octets |")[2].splitlines()[2:]
    names = [row.split(" | ")[0].removeprefix("| ") for row in rows if row.startswith("| ")]
    assert names == [request.name for request in hostile_requests()]
