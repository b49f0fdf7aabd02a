"""A request as its transport gets it."""

import h11
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstream.request import GetRequest


def test_it_is_what_httpx_would_have_made() -> None:
    """The same method, URL, headers and body, also for a target with odd octets."""
    origin, target = "https://vod.example.com:8443", "/v1/p/asset/thumbnails?asset_id=a%2Fb%20%C3%A4&limit=10&offset=0"
    headers = {"Host": "vod.example.com:8443", "X-Auth-Token": "token"}
    made, usual = GetRequest(origin, target, headers), httpx.Request("GET", origin + target, headers=headers)
    assert (made.method, made.url, made.headers) == (usual.method, usual.url, usual.headers)
    assert made.read() == usual.read() == b""


VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1)


@given(target=VISIBLE, headers=st.dictionaries(NAMES, VISIBLE))
def test_it_is_written_as_http_has_it(target: str, headers: dict[str, str]) -> None:
    """A server reads the target and the headers as they were given, and no body."""
    server = h11.Connection(h11.SERVER)
    headers = {"host": "h", **{f"x-{name}": value for name, value in headers.items()}}
    server.receive_data(GetRequest("http://h", "/" + target, headers).octets)
    request, end = server.next_event(), server.next_event()
    assert isinstance(request, h11.Request)
    assert (request.method, request.target) == (b"GET", b"/" + target.encode())
    assert [(name.decode(), value.decode()) for name, value in request.headers] == list(headers.items())
    assert isinstance(end, h11.EndOfMessage)
    assert server.trailing_data == (b"", False)


def test_headers_that_are_added_go_out() -> None:
    """Who looks at the headers may add to them, as tracing does."""
    request = GetRequest("http://h", "/a", {"Host": "h"})
    request.headers["traceparent"] = "00-1-2-01"
    assert request.octets == b"GET /a HTTP/1.1\r\nHost: h\r\ntraceparent: 00-1-2-01\r\n\r\n"


@pytest.mark.parametrize("odd", ["a\r\nb", "a\nb", "a\rb", "a\0b", "a\x1fb", "a\x7fb", "a\u0100b"])
@pytest.mark.parametrize("where", ["target", "name", "value"])
def test_a_character_that_would_end_a_line_goes_nowhere(odd: str, where: str) -> None:
    """Neither a target nor a header can begin another header or another request."""
    target, name, value = (odd if here == where else "a" for here in ("target", "name", "value"))
    with pytest.raises(ValueError, match="holds a character"):
        _ = GetRequest("http://h", "/" + target, {name: value}).octets


@pytest.mark.parametrize("odd", ["a b", "a\tb", "a\u00e4b"])
def test_a_target_is_one_word_of_ascii(odd: str) -> None:
    """What stands behind a space would be read as the version of the protocol."""
    with pytest.raises(ValueError, match="holds a character"):
        _ = GetRequest("http://h", "/" + odd, {}).octets
