import pytest
from graphql import parse

from gateway.graph.documents import choose_operation
from gateway.graph.limits import fragments_of
from gateway.graph.rules import reads_upstream, root_fields


@pytest.mark.parametrize(
    ("document", "reads"),
    [
        ("{ __typename }", False),
        ("{ __schema { types { name } } }", False),
        ('{ a: __type(name: "Query") { name } }', False),
        ("{ ... { __typename } ...F } fragment F on Query { __typename }", False),
        ("{ thumbnailTasks { totalCount } }", True),
        ("{ __typename node(id: 1) { id } }", True),
        ("{ ... on Query { ... { thumbnailTask(taskId: 1) { id } } } }", True),
        ("{ ...F } fragment F on Query { ...G } fragment G on Query { node(id: 1) { id } }", True),
        ("{ ...F } fragment F on Query { ...G } fragment G on Query { ...F __typename }", False),
        ("{ __typename } fragment F on Query { node(id: 1) { id } }", False),
        ("{ ...Missing }", False),
        ("{ _service { sdl } }", False),
        ("{ _service { sdl } _entities(representations: []) { __typename } }", True),
    ],
)
def test_what_reads_the_upstream(document: str, reads: bool) -> None:  # noqa: FBT001  a parameter of a test
    """Everything but introspection at the root, in fragments of any kind; circles come to an end."""
    parsed = parse(document)
    assert reads_upstream(choose_operation(parsed, None), fragments_of(parsed)) is reads


def test_only_the_chosen_operation_counts() -> None:
    """Another one of the same document may read what it likes."""
    parsed = parse("query A { __typename } query B { node(id: 1) { id } }")
    assert [reads_upstream(choose_operation(parsed, name), {}) for name in "AB"] == [False, True]


def test_a_fragment_is_looked_at_once() -> None:
    """18 levels of fragments that each name the next one twice would otherwise be 262 144 fields."""
    levels = [f"fragment F{level} on Query {{ ...F{level + 1} ...F{level + 1} }}" for level in range(18)]
    parsed = parse("{ ...F0 } fragment F18 on Query { __typename } " + " ".join(levels))
    assert len(list(root_fields(choose_operation(parsed, None), fragments_of(parsed)))) == 1
