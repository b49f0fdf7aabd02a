"""Header lines that are written as they are."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.header_lines import extension, headers_of, lines_of, offered
from tests.support.house import TOKEN
from tests.support.served import serve_gateway

NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1).map(str.encode)
VALUES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E)).map(str.encode)


@given(st.lists(st.tuples(NAMES, VALUES)))
def test_lines_and_headers_are_the_same(headers: list[tuple[bytes, bytes]]) -> None:
    """Whatever stands in a value, colons included."""
    assert headers_of(lines_of(headers)) == headers


@pytest.mark.parametrize("value", [b"a\r\nb: c", b"a\nb", b"a\rb"])
def test_no_value_begins_a_line(value: bytes) -> None:
    """Nobody checks what is written as it is."""
    with pytest.raises(ValueError, match="line break"):
        lines_of([(b"name", value)])


def test_what_is_offered_is_found() -> None:
    """Where the server offers it."""
    assert offered({"extensions": extension(print)}) is print
    assert offered({"extensions": {"http.response.push": {}}}) is None
    assert offered({}) is None


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_remembered_answer_has_the_headers_of_the_first(method: str) -> None:
    """Each of them once, over a real socket, with those that are added on the way: CORS' and the request's id."""
    question = {"query": "{ thumbnailTasks(first: 3) { totalCount edges { cursor } } }"}
    headers = {
        "X-Auth-Token": TOKEN,
        "Origin": "https://app.example",
        "X-Request-Id": "mine",
        "GraphQL-Require-Preflight": "1",
    }
    with serve_gateway(cors_origins="https://app.example") as gateway, httpx.Client(base_url=gateway.url) as client:
        sent: dict[str, Any] = {"json": question} if method == "POST" else {"params": question}
        first, *others = (client.request(method, "/graphql", headers=headers, **sent) for _ in range(4))
        changing = {"age", "cache-status", "date"}
        kept = sorted(pair for pair in first.headers.multi_items() if pair[0] not in {*changing, "vary"})
        for other in others:
            assert other.content == first.content
            assert "detail=answer" in other.headers["cache-status"]
            assert sorted(pair for pair in other.headers.multi_items() if pair[0] not in {*changing, "vary"}) == kept
            assert sorted(other.headers) == sorted(first.headers)
            assert len(other.headers.get_list("age")) == len(other.headers.get_list("cache-status")) == 1
            varies = [set(each.headers.get("vary").replace(" ", "").split(",")) for each in (first, other)]
            assert varies[0] == varies[1]
        assert len(gateway.emulator.journal) == 1
