"""What a document may ask for, counted before it is validated."""

from dataclasses import replace

import pytest
from graphql import get_introspection_query, parse

from gateway.errors import QueryTooComplex
from gateway.graph.error_answers import RequestRefused
from gateway.graph.limits import DocumentLimits, check_limits

WIDE = DocumentLimits(
    characters=65_536,
    tokens=2_000,
    depth=12,
    aliases=30,
    alias_length=128,
    root_fields=30,
    validation_steps=10_000,
)


def refused(text: str, limits: DocumentLimits = WIDE) -> dict[str, object]:
    """What the refusal of a document says."""
    with pytest.raises(QueryTooComplex) as caught:
        check_limits(parse(text), limits)
    assert str(caught.value.details["maximum"]) in caught.value.message
    return caught.value.details


@pytest.mark.parametrize(
    ("text", "limits", "limit", "actual"),
    [
        ("{a{b{c}}}", replace(WIDE, depth=2), "max_depth", 3),
        ("{a{...on T{b{...F}}}} fragment F on T{c}", replace(WIDE, depth=2), "max_depth", 3),
        ("{x:a y:a z:a}", replace(WIDE, aliases=2), "max_aliases", 3),
        ("{...F b{...F}} fragment F on T{x:a y:a}", replace(WIDE, aliases=3), "max_aliases", 4),
        ("{xxx:a}", replace(WIDE, alias_length=2), "max_alias_length", 3),
        ("{a ...F} fragment F on T{b c}", replace(WIDE, root_fields=2), "max_root_fields", 3),
        ("{a a a a}", replace(WIDE, validation_steps=9), "max_validation_steps", 10),
        ("query A{a a} query B{a a}", replace(WIDE, validation_steps=5), "max_validation_steps", 6),
        ("{a} fragment U on T{b b b b b}", replace(WIDE, validation_steps=10), "max_validation_steps", 16),
    ],
)
def test_a_document_over_a_limit_is_refused_by_name_and_numbers(
    text: str, limits: DocumentLimits, limit: str, actual: int
) -> None:
    """With the limit, its value, and how far the count came."""
    details = refused(text, limits)
    assert (details["limit"], details["actual"]) == (limit, actual)


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("{a{b{c}}}", replace(WIDE, depth=3)),
        ("{x:a y:a}", replace(WIDE, aliases=2)),
        ("query A{x:a y:a} query B{x:a y:a}", replace(WIDE, aliases=2)),
        ("{a a a b}", replace(WIDE, root_fields=2)),
        ("{a a a a}", replace(WIDE, validation_steps=10)),
        (get_introspection_query(), WIDE),
    ],
)
def test_a_document_at_a_limit_passes(text: str, limits: DocumentLimits) -> None:
    """Fields of one name are one field, each operation has its own aliases, and tools may ask for the schema."""
    check_limits(parse(text), limits)


def test_fragments_that_fan_out_are_counted_once_in_a_scope() -> None:
    """2 to the power of 100 spreads are 100 fragments."""
    links = "".join(f"fragment F{i} on T{{...F{i + 1} ...F{i + 1}}}" for i in range(100))
    check_limits(parse("{...F0}" + links + "fragment F100 on T{a}"), WIDE)


def test_nested_fields_that_fan_out_are_refused() -> None:
    """Each scope of the answer counts, and the count stops at the limit."""
    links = "".join(f"fragment F{i} on T{{a{{...F{i + 1}}} b{{...F{i + 1}}}}}" for i in range(90))
    details = refused("{...F0}" + links + "fragment F90 on T{a}", replace(WIDE, depth=100))
    assert details["limit"] == "max_validation_steps"


@pytest.mark.parametrize(
    "text",
    [
        "{...A} fragment A on T{...A}",
        "{...A} fragment A on T{a{...B}} fragment B on T{...on T{...C}} fragment C on T{...A}",
        "{a} fragment A on T{...B} fragment B on T{...A}",
    ],
)
def test_a_fragment_that_spreads_itself_is_refused(text: str) -> None:
    """Also through others, and also where it is not used."""
    with pytest.raises(RequestRefused) as caught:
        check_limits(parse(text), WIDE)
    assert caught.value.errors[0]["message"] == "A fragment of this document spreads itself."


def test_fragments_that_share_others_are_no_cycle() -> None:
    """A diamond, and a spread of a fragment that is not there, which validation reports."""
    check_limits(parse("{...A ...B ...X} fragment A on T{...C} fragment B on T{...C} fragment C on T{a}"), WIDE)
