"""The price of an operation."""

from typing import Any

import pytest
from graphql import VariableValues, get_introspection_query, get_variable_values, parse

from gateway.errors import QueryTooComplex
from gateway.graph.cost import Budget, Cost, Pricer
from gateway.graph.limits import fragments_of
from gateway.graph.prices import field_prices
from gateway.graph.schema import build_schema

SCHEMA = build_schema()._schema
PRICER = Pricer(SCHEMA, field_prices(max_first=1_000, search_calls=4))

A = "fragment A on ThumbnailTask{snapshots{totalCount}} fragment A1 on ThumbnailTask{snapshots{truncated}}"


def price(text: str, **variables: Any) -> Cost:
    """The price of the only operation of a text."""
    document = parse(text)
    operation: Any = document.definitions[0]
    values = get_variable_values(SCHEMA, operation.variable_definitions or (), variables)
    assert isinstance(values, VariableValues)
    return PRICER.price(operation, fragments_of(document), values)


@pytest.mark.parametrize(
    ("arguments", "calls"),
    [
        ("", 1),
        ("(first: null)", 1),
        ("(first: 0)", 1),
        ("(first: 98)", 1),
        ("(first: 99)", 2 + 1 + 4),
        ('(after: "x")', 1 + 1 + 4),
        ('(after: "")', 1),
        ("(after: null)", 1),
        ("(first: 1000)", 11 + 1 + 4),
        ("(first: -1)", 0),
        ("(first: 1001)", 0),
    ],
)
def test_a_page_costs_its_windows_and_its_search(arguments: str, calls: int) -> None:
    """ceil((first + 1) / 99), and 5 more behind a cursor or over several windows; 0 where the field refuses."""
    assert price(f"{{thumbnailTasks{arguments}{{totalCount}}}}").calls == calls


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("{__typename}", 0),
        ('{thumbnailTask(taskId: "x"){id} node(id: "x"){id}}', 2),
        ('{thumbnailTask(taskId: "x"){snapshots{totalCount}}}', 2),
        ('{node(id: "x"){... on ThumbnailTask{snapshots{totalCount}}}}', 2),
        ("{thumbnailTasks{nodes{snapshots{totalCount}}}}", 1 + 10),
        ("{thumbnailTasks(first: 0){nodes{snapshots{totalCount}}}}", 1),
        ("{thumbnailTasks{edges{node{snapshots(first: 99){totalCount}}}}}", 1 + 10 * 7),
        ("{thumbnailTasks{nodes{snapshots{totalCount}} edges{node{snapshots{totalCount}}}}}", 1 + 20),
        ("{thumbnailTasks{nodes{snapshots{totalCount} snapshots{truncated}}}}", 1 + 10),
        ("{thumbnailTasks{nodes{...A ...A1}}}" + A, 1 + 10),
        ("{thumbnailTasks{nodes{a: snapshots{totalCount} b: snapshots{totalCount}}}}", 1 + 20),
        ("{a: thumbnailTasks{totalCount} b: thumbnailTasks{totalCount}}", 2),
    ],
)
def test_fields_below_a_list_cost_once_for_each_row(text: str, calls: int) -> None:
    """Fields that are one field of the answer cost once."""
    assert price(text).calls == calls


def test_variables_count_and_so_do_skip_and_include() -> None:
    """What is not executed costs nothing."""
    text = (
        "query($n: Int = 50, $with: Boolean = true){thumbnailTasks(first: $n)"
        "{nodes{snapshots @include(if: $with){totalCount} ...F @skip(if: $with)}}} "
        "fragment F on ThumbnailTask{a: snapshots{totalCount} b: snapshots{totalCount}}"
    )
    assert price(text).calls == 51
    assert price(text, n=5).calls == 6
    assert price(text, **{"with": False}).calls == 101


def test_fields_of_the_answer_are_counted_with_their_rows() -> None:
    """Each field once for every row of the lists around it."""
    assert price("{thumbnailTasks{totalCount nodes{taskId id parameters{type}}}}").fields == 3 + 10 * 4
    assert price("{__typename}").fields == 1


def test_the_question_that_tools_ask_for_the_schema_is_within_the_default() -> None:
    """The standard introspection query."""
    assert 1_000 < price(get_introspection_query()).fields < 100_000


def test_a_budget_refuses_with_both_numbers() -> None:
    """In the message and for programs."""
    with pytest.raises(QueryTooComplex) as caught:
        Budget(calls=100, fields=1_000).check(Cost(calls=107, fields=1, reads=1))
    assert caught.value.extensions == {
        "code": "QUERY_TOO_COMPLEX",
        "limit": "max_cost",
        "maximum": 100,
        "actual": 107,
    }
    assert "107 upstream calls" in caught.value.message
    assert "100" in caught.value.message
    with pytest.raises(QueryTooComplex, match="max_answer_fields"):
        Budget(calls=100, fields=1_000).check(Cost(calls=1, fields=1_001, reads=1))
