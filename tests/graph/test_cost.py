"""The price of an operation."""

from typing import Any

import pytest
from graphql import VariableValues, get_introspection_query, get_variable_values, parse
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import QueryTooComplex
from gateway.graph.cost import Budget, Cost
from gateway.graph.limits import fragments_of
from gateway.graph.pricer import KnownCosts, Pricer
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


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.booleans(), st.sampled_from(["", "x"])), max_size=6)
)
def test_what_is_known_of_a_document_changes_no_price(requests: list[tuple[int, int, bool, str]]) -> None:
    """Its requests cost with it what each of them costs alone, whatever their variables are."""
    document = parse(
        """query($n: Int, $m: Int, $skip: Boolean!, $after: String) {
          a: thumbnailTasks(first: $n, after: $after) { totalCount edges { node { ...T } } }
          b: thumbnailTasks(first: $n) { ...C }  c: thumbnailTasks(first: 5) { ...C nodes { snapshots { ...S } } } }
        fragment T on ThumbnailTask { taskId @skip(if: $skip) snapshots(first: $m) { ...S } }
        fragment C on ThumbnailTaskConnection { nodes { taskId parameters { dots type } snapshots { ...S } } }
        fragment S on SnapshotConnection { edges { cursor node { url } } }"""
    )
    operation: Any = document.definitions[0]
    known = KnownCosts()
    for n, m, skip, after in requests:
        values = get_variable_values(
            SCHEMA, operation.variable_definitions, {"n": n, "m": m, "skip": skip, "after": after}
        )
        assert isinstance(values, VariableValues)
        fragments = fragments_of(document)
        assert PRICER.price(operation, fragments, values, known) == PRICER.price(operation, fragments, values)


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


ENTITIES = "query($these: [_Any!]!){_entities(representations: $these){%s}}"
ASSET, TASK = {"__typename": "Asset", "assetId": "a"}, {"__typename": "ThumbnailTask", "taskId": "t"}


@pytest.mark.parametrize(
    ("representations", "selection", "calls"),
    [
        ([], "__typename", 0),
        ([ASSET] * 1_000, "... on Asset{assetId}", 0),
        ([ASSET] * 50, "... on Asset{thumbnailTasks{totalCount}}", 50),
        ([ASSET] * 50, "... on Asset{thumbnailTasks(first: 99){totalCount}}", 50 * 7),
        ([ASSET] * 5, "... on Asset{thumbnailTasks(first: 4){nodes{snapshots{totalCount}}}}", 5 * (1 + 4)),
        ([ASSET] * 5, '... on Asset{thumbnailTasks(after: "x"){totalCount}}', 5 * 6),
        ([TASK] * 3, "... on ThumbnailTask{thumbnailCount}", 3),
        ([TASK] * 3, "... on ThumbnailTask{snapshots{totalCount}}", 3 + 3),
        ([ASSET, TASK], "... on Asset{thumbnailTasks{totalCount}}", 1 + 2),
        (ASSET, "... on Asset{thumbnailTasks{totalCount}}", 1),
        (["nonsense", {"__typename": "Nobody"}], "... on Asset{thumbnailTasks{totalCount}}", 2),
    ],
)
def test_entities_cost_what_is_asked_of_each(representations: object, selection: str, calls: int) -> None:
    """A task costs a call to be found, an asset none; what stands below is priced as if all could have it."""
    assert price(ENTITIES % selection, these=representations).calls == calls


def test_fields_of_one_name_on_different_types_are_both_priced() -> None:
    """Else the cheaper one could hide the dearer one: an object has one of them, and which one is not known before."""
    cheap = "... on Asset{a: thumbnailTasks(first: 1){totalCount}}"
    dear = "... on ThumbnailTask{a: snapshots(first: 1000){totalCount}}"
    assert price(ENTITIES % f"{cheap} {dear}", these=[TASK] * 6).calls == 6 * (1 + 1 + 16)


def test_several_representations_are_several_reads() -> None:
    """So that a pre-signed request, which is good for one call, is refused before any."""
    assert price(ENTITIES % "... on ThumbnailTask{taskId}", these=[TASK]).reads == 1
    assert price(ENTITIES % "... on ThumbnailTask{taskId}", these=[TASK, TASK]).reads == 2
    assert price(ENTITIES % "... on Asset{thumbnailTasks{totalCount}}", these=[ASSET]).reads == 2


def test_representations_of_all_fields_count_together() -> None:
    """Else aliases would multiply what one variable holds, and each bad one is an error of its own in the answer."""
    text = "query($these: [_Any!]!){a:_entities(representations: $these){__typename} ...F} "
    text += "fragment F on Query{b:_entities(representations: $these){__typename}}"
    cost = price(text, these=[1] * 600)
    assert (cost.calls, cost.representations) == (0, 1_200)


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
    budget = Budget(calls=100, fields=1_000, representations=10)
    with pytest.raises(QueryTooComplex) as caught:
        budget.check(Cost(calls=107, fields=1, reads=1))
    assert caught.value.extensions == {
        "code": "QUERY_TOO_COMPLEX",
        "limit": "max_cost",
        "maximum": 100,
        "actual": 107,
    }
    assert "107 upstream calls" in caught.value.message
    assert "100" in caught.value.message
    with pytest.raises(QueryTooComplex, match="max_answer_fields"):
        budget.check(Cost(calls=1, fields=1_001, reads=1))
    with pytest.raises(QueryTooComplex, match="`max_representations` is 10; this document has 11"):
        budget.check(Cost(calls=1, fields=1, reads=1, representations=11))
