from contextlib import suppress

import pytest
from graphql import parse

from gateway.errors import OperationUnresolved, ParseFailed, QueryTooComplex, RequestError, ValidationFailed
from gateway.graph.documents import Document, Documents, choose_operation
from gateway.graph.error_answers import RequestRefused
from gateway.graph.limits import DocumentLimits
from gateway.graph.schema import build_schema

SCHEMA = build_schema()._schema


LIMITS = DocumentLimits(
    characters=200_000, tokens=20_000, depth=12, aliases=30, alias_length=100, root_fields=30, validation_steps=20_000
)


@pytest.fixture
def documents() -> Documents:
    return Documents(SCHEMA, LIMITS, most=3, introspection=True)


def read(documents: Documents, text: str) -> Document:
    """A document that is parsed and sound."""
    document = documents.parse(text)
    documents.check(text, document)
    return document


@pytest.mark.parametrize("text", ["", " ", "{", "}", "{ a b: }", "query", "hello", '{ a(b: "x) }', "\0", "{ \ud800 }"])
def test_what_is_no_graphql(documents: Documents, text: str) -> None:
    """Refused with the place of the mistake."""
    with pytest.raises(RequestRefused) as caught:
        read(documents, text)
    assert caught.value.kind is ParseFailed
    [problem] = caught.value.errors
    assert problem["extensions"] == {"code": "GRAPHQL_PARSE_FAILED"}
    assert problem["locations"]


def test_what_does_not_fit_the_schema(documents: Documents) -> None:
    """Every mistake is told, each with its places."""
    with pytest.raises(RequestRefused) as caught:
        read(documents, '{ nope thumbnailTasks(first: "x") { alsoNope } }')
    assert caught.value.kind is ValidationFailed
    assert len(caught.value.errors) == 3
    assert {problem["extensions"]["code"] for problem in caught.value.errors} == {"GRAPHQL_VALIDATION_FAILED"}
    assert caught.value.errors[0]["locations"] == [{"line": 1, "column": 3}]


def test_sound_documents_are_kept_the_least_used_goes_first(documents: Documents) -> None:
    """A document met again is the same object, as long as there is room for it."""
    texts = [f"{{ a{number}: __typename }}" for number in range(4)]
    first = read(documents, texts[0])
    for text in texts[1:3]:
        read(documents, text)
    assert read(documents, texts[0]) is first
    read(documents, texts[3])
    assert read(documents, texts[0]) is first
    assert [documents._sound.get(text) is not None for text in texts] == [True, False, True, True]


def test_documents_are_weighed_by_their_text_too(documents: Documents) -> None:
    """A string is one token however long it is, and four octets a character where one of them is an emoji."""
    text = '{ thumbnailTask(taskId: "%s") { id } }'
    for kept in ("x" * 20_000, "\N{GRINNING FACE}" * 5_000):
        read(documents, text % kept)
        assert documents._sound.get(text % kept) is not None
    long = text % ("\N{GRINNING FACE}" * 60_000)
    read(documents, long)
    assert documents._sound.get(long) is None


def test_unsound_documents_are_not_kept(documents: Documents) -> None:
    """They could push out the good ones."""
    for text in ("{", "{ nope }"):
        with pytest.raises(RequestRefused):
            read(documents, text)
        assert documents._sound.get(text) is None


def nested(depth: int) -> dict[str, str]:
    """Documents that are nested so deeply, in every way there is."""
    chain = " ".join(f"fragment F{level} on Query {{ ...F{level + 1} }}" for level in range(depth))
    return {
        "selections": "{ thumbnailTasks " * depth + "}" * depth,
        "inline fragments": "{ ... on Query " * depth + "{ __typename }" + "}" * depth,
        "fragments": f"{{ ...F0 }} {chain} fragment F{depth} on Query {{ __typename }}",
        "lists": "{ node(id: " + "[" * depth + "]" * depth + ") { id } }",
        "objects": "{ node(id: " + "{a:" * depth + "1" + "}" * depth + ") { id } }",
        "types": "query ($a: " + "[" * depth + "Int" + "]" * depth + ") { __typename }",
        "cycle": f"{{ ...F0 }} {chain} fragment F{depth} on Query {{ ...F0 }}",
    }


@pytest.mark.parametrize("way", list(nested(1)))
def test_depth_is_read_or_refused(documents: Documents, way: str) -> None:
    """No depth makes the reader fail otherwise, and far too deep is refused."""
    for depth in (50, 150, 200, 450):
        with suppress(RequestRefused, QueryTooComplex):
            read(documents, nested(depth)[way])
    with pytest.raises((RequestRefused, QueryTooComplex)):
        read(documents, nested(2_000)[way])


@pytest.mark.parametrize(("name", "chosen"), [("A", "A"), ("B", "B")])
def test_an_operation_is_chosen_by_its_name(documents: Documents, name: str, chosen: str) -> None:
    """Where there are several."""
    document = read(documents, "query A { __typename } query B { __typename }")
    operation = choose_operation(document.node, name)
    assert operation.name is not None
    assert operation.name.value == chosen


def test_the_only_operation_needs_no_name(documents: Documents) -> None:
    """It may be named nevertheless."""
    document = read(documents, "query A { __typename }")
    assert choose_operation(document.node, None) is choose_operation(document.node, "A")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("query A { __typename } query B { __typename }", None),
        ("query A { __typename }", "C"),
        ("{ __typename }", "C"),
        ("fragment F on Query { __typename }", None),
    ],
)
def test_an_operation_that_cannot_be_chosen(text: str, name: str | None) -> None:
    """Several and no name, none of the name, or none at all: never simply the first one."""
    with pytest.raises(RequestRefused) as caught:
        choose_operation(parse(text), name)
    assert caught.value.kind is OperationUnresolved
    assert issubclass(caught.value.kind, RequestError)
    assert caught.value.errors[0]["extensions"] == {"code": "OPERATION_RESOLUTION_FAILURE"}
