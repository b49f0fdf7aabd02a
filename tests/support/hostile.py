"""Requests that strangers send to hurt, or by mistake, and what each has to be answered.

`tests/web/test_hostile.py` sends them, and so does `python -m benchmarks.hostile`, which prints how long each took.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

TASKS = "{thumbnailTasks{nodes{%s}}}"

SETTINGS: Mapping[str, Any] = {"request_seconds": 0.4}
"""What the server is set to: the answer to a slow sender must not take 10 s of every test run."""


@dataclass(frozen=True)
class Hostile:
    """A request in its packets, and the answer that is due.

    Args:
        name: What is hostile about it.
        parts: Its octets.
        status: The status; None where the connection may only be closed.
        code: `extensions.code` of the first error; None for an answer with data.
        reason: `extensions.reason` or `extensions.limit`.
    """

    name: str
    parts: tuple[bytes, ...]
    status: int | None
    code: str | None = None
    reason: str | None = None


def head(method: str = "POST", target: str = "/graphql", **headers: str) -> bytes:
    """The head of a request; a header's underscores are hyphens, an empty one is left out."""
    usual = {"Host": "gateway.test", "X-Auth-Token": "good-token", "Content-Type": "application/json"}
    lines = {**usual, **{name.replace("_", "-"): value for name, value in headers.items()}}
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"{method} {target} HTTP/1.1\r\n{text}\r\n".encode("utf-8", "surrogateescape")


def post(body: bytes | str, **headers: str) -> tuple[bytes, ...]:
    """A POST with a body."""
    octets = body if isinstance(body, bytes) else body.encode()
    return (head(**{"Content_Length": str(len(octets)), **headers}) + octets,)


def ask(query: Any, variables: Any = None, **members: Any) -> tuple[bytes, ...]:
    """A POST of a GraphQL request."""
    return post(json.dumps({"query": query, "variables": variables, **members}))


def get(query: str, **headers: str) -> tuple[bytes, ...]:
    """A GET."""
    return (head("GET", f"/graphql?{query}", GraphQL_Require_Preflight="1", Content_Type="", **headers),)


def chain(count: int, kind: str, last: str) -> str:
    """Fragments that each spread the next twice."""
    links = (f"fragment F{i} on {kind}{{...F{i + 1} ...F{i + 1}}}" for i in range(count))
    return "".join(links) + f"fragment F{count} on {kind}{{{last}}}"


BAD = "BAD_USER_INPUT"
MALFORMED = "MALFORMED_REQUEST"
COMPLEX = "QUERY_TOO_COMPLEX"
INVALID = "GRAPHQL_VALIDATION_FAILED"
UNPARSED = "GRAPHQL_PARSE_FAILED"


def hostile_requests() -> Iterator[Hostile]:
    """All of them."""
    yield from _http()
    yield from _heads()
    yield from _slow()
    yield from _bodies()
    yield from _members()
    yield from _documents()
    yield from _fragments()
    yield from _introspection()
    yield from _values()
    yield from _costs()


def _http() -> Iterator[Hostile]:
    yield Hostile("garbage instead of HTTP", (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,), 400, BAD)
    yield Hostile("HTTP/2 preface", (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",), 400, BAD, "MALFORMED_HTTP")
    yield Hostile("no such version", (b"POST /graphql HTTP/9.9\r\n\r\n",), 400, BAD, "MALFORMED_HTTP")
    yield Hostile("a space in a header's name", (head(**{"Bad Name": "1"}),), 400, BAD, "MALFORMED_HTTP")
    yield Hostile("a NUL in a header", (head(X_Nul="a\0b"),), 400, BAD, "MALFORMED_HTTP")
    yield Hostile("two lengths", (head(Content_Length="3", **{"content-length": "4"}) + b"{}",), 400, BAD)
    yield Hostile("a negative length", (head(Content_Length="-1"),), 400, BAD, "MALFORMED_HTTP")
    yield Hostile("a huge length", (head(Content_Length="9" * 30),), 400, BAD, "MALFORMED_HTTP")
    both = head(Content_Length="2", Transfer_Encoding="chunked") + b"0\r\n\r\n"
    yield Hostile("length and chunks at once", (both,), 400, BAD, "MALFORMED_HTTP")
    yield Hostile("a bad chunk size", (head(Transfer_Encoding="chunked") + b"zz\r\n{}\r\n",), 400, BAD)
    yield Hostile("octets outside ASCII in the path", (head("GET", "/gr\udcff"),), 400, BAD, "MALFORMED_HTTP")
    yield Hostile("CONNECT", (b"CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\n\r\n",), 400, BAD)
    yield Hostile("an asterisk as target", (head("OPTIONS", "*"),), 404)
    yield Hostile("another path", (head("GET", "/../../etc/passwd"),), 404)
    yield Hostile("a slash behind the path", (head("GET", "/graphql/", Host="evil.test"),), 404)
    for method in ("PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"):
        code = None if method == "HEAD" else BAD
        yield Hostile(f"the method {method}", (head(method),), 405, code, "METHOD_NOT_ALLOWED" if code else None)
    yield Hostile("an upgrade to WebSocket", post("{}", Connection="Upgrade", Upgrade="websocket"), 400, BAD, MALFORMED)
    trailer = b"2\r\n{}\r\n0\r\nX-Auth-Token: other\r\n\r\n"
    yield Hostile("a credential as trailer", (head(Transfer_Encoding="chunked") + trailer,), 422, BAD, MALFORMED)
    trailers = b"0\r\n" + b"X-Much: " + b"x" * 60_000 + b"\r\n"
    yield Hostile("endless trailers", (head(Transfer_Encoding="chunked") + trailers + trailers[3:] * 3,), 431, BAD)


def _heads() -> Iterator[Hostile]:
    yield Hostile("a header of 65 KB", (head(X_Large="x" * 66_000),), 431, BAD, "HEADERS_TOO_LARGE")
    yield Hostile("a header of 30 MB", (head(X_Large="x" * 30_000_000),), 431, BAD, "HEADERS_TOO_LARGE")
    yield Hostile("a header's name of 1 MB", (head(**{"x" * 1_000_000: "1"}),), 431, BAD, "HEADERS_TOO_LARGE")
    many = {f"X-{number}": "x" * 50 for number in range(3_000)}
    yield Hostile("3 000 headers", (head(**many),), 431, BAD, "HEADERS_TOO_LARGE")
    yield Hostile("a URL of 70 KB", get("query=" + "x" * 70_000), 414, BAD, "URL_TOO_LONG")
    yield Hostile("a URL of 5 MB", get("query=" + "x" * 5_000_000), 414, BAD, "URL_TOO_LONG")
    yield Hostile("a token beyond the vendor's limit", (ask_with_token("t" * 40_000)), 400, BAD, "INVALID_CREDENTIAL")
    yield Hostile("two tokens", post_with_two_tokens(), 400, BAD, "INVALID_CREDENTIAL")
    ranges = ",".join(f"text/x{number};q=0.{number % 10}" for number in range(3_500))
    yield Hostile("3 500 media ranges", post('{"query":"{__typename}"}', Accept=ranges), 406, BAD, "NOT_ACCEPTABLE")
    yield Hostile("Accept of another type", post("{}", Accept="text/html"), 406, BAD, "NOT_ACCEPTABLE")
    yield Hostile("Accept of another charset", post("{}", Accept="application/json;charset=latin1"), 406, BAD)
    yield Hostile("a weight that is no number", post("{}", Accept="application/json;q=NaN"), 406, BAD)


def ask_with_token(token: str) -> tuple[bytes, ...]:
    """A question under another token."""
    return post('{"query":"{thumbnailTasks{totalCount}}"}', X_Auth_Token=token)


def post_with_two_tokens() -> tuple[bytes, ...]:
    """A question under two tokens at once."""
    return post('{"query":"{thumbnailTasks{totalCount}}"}', **{"x-auth-token": "other-token"})


def _slow() -> Iterator[Hostile]:
    slow = ("REQUEST_TOO_SLOW",)
    yield Hostile("half a request line", (b"POST /gra",), 408, BAD, *slow)
    yield Hostile("half a head", (head()[:-20],), 408, BAD, *slow)
    yield Hostile("half a body", (head(Content_Length="100") + b'{"query": ',), 408, BAD, *slow)
    yield Hostile("half a chunk", (head(Transfer_Encoding="chunked") + b"ff\r\n{",), 408, BAD, *slow)
    yield Hostile("a promised body that never comes", (head(Content_Length="100", Expect=""),), 408, BAD, *slow)
    yield Hostile("no octet at all", (b"",), None)
    yield Hostile("empty lines only", (b"\r\n", b"\r\n", b"\r\n"), None)


def _bodies() -> Iterator[Hostile]:
    large = b'{"query": "' + b"x" * 300_000 + b'"}'
    yield Hostile("a body of 300 KB", post(large), 413, BAD, "BODY_TOO_LARGE")
    chunks = b"".join(
        b"%x\r\n%b\r\n" % (len(large[i : i + 9_999]), large[i : i + 9_999]) for i in range(0, len(large), 9_999)
    )
    yield Hostile("300 KB in chunks", (head(Transfer_Encoding="chunked") + chunks + b"0\r\n\r\n",), 413, BAD)
    yield Hostile("no body", post(""), 400, BAD, MALFORMED)
    yield Hostile("half of JSON", post('{"query": "{'), 400, BAD, MALFORMED)
    for octets in (b"null", b"5", b'"hi"', b"true", b"[]", b'[{"query":"{__typename}"}]'):
        yield Hostile(f"a body of {octets.decode()}", post(octets), 422, BAD, MALFORMED)
    yield Hostile("100 000 nested lists", post("[" * 100_000), 422, BAD, "JSON_TOO_DEEP")
    deep = '{"query": "{__typename}", "variables": {"a": ' + "[" * 70 + "]" * 70 + "}}"
    yield Hostile("JSON 70 deep", post(deep), 422, BAD, "JSON_TOO_DEEP")
    yield Hostile("NaN", post('{"query": NaN}'), 400, BAD, MALFORMED)
    yield Hostile("an integer of 5 000 digits", post('{"query": ' + "9" * 5_000 + "}"), 400, BAD, MALFORMED)
    yield Hostile("a number beyond a double", post('{"query": 1e999}'), 400, BAD, MALFORMED)
    yield Hostile("overlong UTF-8", post(b'{"query": "\xc0\xaf"}'), 400, BAD, MALFORMED)
    yield Hostile("a surrogate in UTF-8", post(b'{"query": "\xed\xa0\x80"}'), 400, BAD, MALFORMED)
    yield Hostile("a lone surrogate escape", post('{"query": "\\ud800"}'), 400, BAD, MALFORMED)
    yield Hostile("a byte order mark", post(b'\xef\xbb\xbf{"query": "{__typename}"}'), 400, BAD, MALFORMED)
    yield Hostile(
        "UTF-16",
        post('{"query":"{__typename}"}'.encode("utf-16"), Content_Type="application/json; charset=utf-16"),
        415,
        BAD,
    )
    yield Hostile("a gzip body", post(b"\x1f\x8b\x08", Content_Encoding="gzip"), 415, BAD, "UNSUPPORTED_MEDIA_TYPE")
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        name = media_type.partition(";")[0] or "no media type"
        yield Hostile(f"a body of {name}", post('{"query":"{__typename}"}', Content_Type=media_type), 415, BAD)
    yield Hostile("a GET without proof of a preflight", (head("GET", "/graphql?query={__typename}"),), 400, BAD)
    yield Hostile("overlong UTF-8 in the URL", get("query=%c0%af"), 400, BAD, MALFORMED)
    yield Hostile("1 000 URL parameters", get("&".join(f"a{i}=1" for i in range(1_000))), 400, BAD, MALFORMED)
    yield Hostile("a parameter twice", get("query={__typename}&query={a}"), 422, BAD, MALFORMED)
    yield Hostile("variables in the URL that are no JSON", get("query={__typename}&variables={"), 400, BAD, MALFORMED)
    yield Hostile("a mutation by GET", get("query=" + quote("mutation{__typename}")), 405, BAD, "METHOD_NOT_ALLOWED")


def _members() -> Iterator[Hostile]:
    yield Hostile("no query", post('{"qeury": "{__typename}"}'), 422, BAD, MALFORMED)
    yield Hostile("a query that is a list", ask(["{__typename}"]), 422, BAD, MALFORMED)
    yield Hostile("variables that are a list", ask("{__typename}", [1]), 422, BAD, MALFORMED)
    yield Hostile("extensions that are a text", ask("{__typename}", extensions="x"), 422, BAD, MALFORMED)
    yield Hostile("a name that is a number", ask("{__typename}", operationName=7), 422, BAD, MALFORMED)
    name = "n" * 200_000
    yield Hostile("a name of 200 KB", ask("{__typename}", operationName=name), 422, "OPERATION_RESOLUTION_FAILURE")
    yield Hostile("members twice", post('{"query": "{a", "query": "{__typename}"}'), 200)
    yield Hostile("members that nobody knows", ask("{__typename}", **{f"m{i}": i for i in range(5_000)}), 200)
    digest = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 100_000}}
    yield Hostile("a digest of 100 KB", ask(None, extensions=digest), 422, "PERSISTED_QUERY_NOT_FOUND")
    yield Hostile(
        "a digest that lies",
        ask("{__typename}", extensions={"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}),
        422,
        BAD,
    )
    yield Hostile(
        "a digest of another version",
        ask(None, extensions={"persistedQuery": {"version": 2, "sha256Hash": "0"}}),
        422,
        BAD,
    )
    yield Hostile("an unknown documentId", ask(None, documentId="x"), 422, "PERSISTED_QUERY_NOT_FOUND")


def _documents() -> Iterator[Hostile]:
    yield Hostile("half a document", ask("{"), 400, UNPARSED)
    yield Hostile("a document of NULs", ask("\0" * 1_000), 400, UNPARSED)
    yield Hostile("a document of comments", ask("#\n" * 30_000), 422, COMPLEX, "max_tokens")
    yield Hostile("2 001 tokens", ask("{" + "a " * 2_000 + "}"), 422, COMPLEX, "max_tokens")
    yield Hostile("a document of 200 KB", ask("{__typename}" + " " * 200_000), 422, COMPLEX, "max_document_kilobytes")
    yield Hostile(
        "a block string of 60 000 lines", ask('{thumbnailTask(taskId:"""' + "\n" * 60_000 + '"""){id}}'), 200, BAD
    )
    yield Hostile("900 nested fields", ask("{a" * 900 + "}" * 900), 422, COMPLEX, "nesting")
    yield Hostile("13 nested fields", ask("{a" * 13 + "}" * 13), 422, COMPLEX, "max_depth")
    yield Hostile(
        "900 nested lists",
        ask("{thumbnailTasks(first:" + "[" * 900 + "]" * 900 + "){totalCount}}"),
        422,
        COMPLEX,
        "nesting",
    )
    yield Hostile(
        "190 nested lists", ask("{thumbnailTasks(first:" + "[" * 190 + "]" * 190 + "){totalCount}}"), 422, INVALID
    )
    yield Hostile(
        "190 nested objects",
        ask("{thumbnailTasks(first:" + "{a:" * 190 + "1" + "}" * 190 + "){totalCount}}"),
        422,
        INVALID,
    )
    yield Hostile(
        "a type nested 300 times",
        ask("query($a:" + "[" * 300 + "Int" + "]" * 300 + "){__typename}"),
        422,
        COMPLEX,
        "nesting",
    )
    yield Hostile(
        "31 aliases", ask("{" + " ".join(f"a{i}:__typename" for i in range(31)) + "}"), 422, COMPLEX, "max_aliases"
    )
    yield Hostile("an alias of 60 KB", ask("{" + "a" * 60_000 + ":__typename}"), 422, COMPLEX, "max_alias_length")
    yield Hostile(
        "31 root fields", ask("{" + " ".join(f"f{i}" for i in range(31)) + "}"), 422, COMPLEX, "max_root_fields"
    )
    yield Hostile("a field 1 900 times", ask(TASKS % ("taskId " * 1_900)), 422, COMPLEX, "max_validation_steps")
    yield Hostile(
        "nested fields 280 times",
        ask("{" + "thumbnailTasks{nodes{taskId}}" * 240 + "}"),
        422,
        COMPLEX,
        "max_validation_steps",
    )
    yield Hostile("a field 140 times", ask(TASKS % ("taskId " * 130)), 200)
    yield Hostile("an unknown field of 60 KB", ask("{" + "a" * 60_000 + "}"), 422, INVALID)
    yield Hostile("900 unknown directives", ask("{__typename " + "@a" * 900 + "}"), 422, INVALID)
    yield Hostile("600 times one argument", ask("{thumbnailTasks(" + "first:1 " * 600 + "){totalCount}}"), 422, INVALID)
    yield Hostile("400 operations of one name", ask("query Q{__typename}" * 390), 422, INVALID)
    yield Hostile(
        "300 operations and no name",
        ask("".join(f"query Q{i}{{__typename}}" for i in range(300))),
        422,
        "OPERATION_RESOLUTION_FAILURE",
    )
    yield Hostile("a mutation", ask("mutation{__typename}"), 422, INVALID)
    yield Hostile("a subscription", ask("subscription{__typename}"), 422, INVALID)
    yield Hostile("a type definition", ask("type Query {a: Int}"), 422, INVALID)
    yield Hostile("fields that cannot be merged", ask(TASKS % "a:taskId a:thumbnailCount"), 422, INVALID)


def _fragments() -> Iterator[Hostile]:
    yield Hostile(
        "a fragment that spreads itself", ask(TASKS % "...A" + "fragment A on ThumbnailTask{...A}"), 422, INVALID
    )
    ring = "".join(f"fragment F{i} on Query{{...F{(i + 1) % 150}}}" for i in range(150))
    yield Hostile("a ring of 150 fragments", ask("{...F0}" + ring), 422, INVALID)
    yield Hostile("a fan-out of 25 levels", ask(TASKS % "...F0" + chain(25, "ThumbnailTask", "taskId")), 200)
    nested = "".join(f"fragment F{i} on __Type{{ofType{{...F{i + 1}}} ofType{{...F{i + 1}}}}}" for i in range(60))
    yield Hostile(
        "a fan-out of nested fields",
        ask("{__schema{types{...F0}}}" + nested + "fragment F60 on __Type{name}"),
        422,
        COMPLEX,
        "max_depth",
    )
    links = "".join(f"fragment F{i} on ThumbnailTask{{...F{i + 1} taskId}}" for i in range(180))
    yield Hostile(
        "a chain of 180 fragments",
        ask(TASKS % "...F0" + links + "fragment F180 on ThumbnailTask{taskId}"),
        422,
        COMPLEX,
        "max_validation_steps",
    )
    yield Hostile(
        "200 unused fragments",
        ask("{__typename}" + "".join(f"fragment U{i} on Query{{__typename}}" for i in range(200))),
        422,
        INVALID,
    )
    yield Hostile("unknown fragments", ask("{" + "...U " * 600 + "}"), 422, INVALID)
    aliased = "fragment A on ThumbnailTask{a:taskId b:taskId c:taskId}"
    spread = "{" + " ".join(f"r{i}:thumbnailTasks{{nodes{{...A}}}}" for i in range(8)) + "}"
    yield Hostile("aliases in a fragment used 8 times", ask(spread + aliased), 422, COMPLEX, "max_aliases")


def _introspection() -> Iterator[Hostile]:
    cycle = "{__schema{types{fields{type{fields{type{fields{name}}}}}}}}"
    yield Hostile("types of fields of types", ask(cycle), 422, INVALID)
    wrapped = "{__schema{types{" + "ofType{" * 30 + "name" + "}" * 30 + "}}}"
    yield Hostile("ofType 30 times", ask(wrapped), 422, COMPLEX, "max_depth")
    wide = (
        "{" + " ".join(f"a{i}:__schema{{types{{fields{{args{{type{{fields{{name}}}}}}}}}}}}" for i in range(28)) + "}"
    )
    yield Hostile("the schema 28 times", ask(wide), 422, COMPLEX, "max_answer_fields")


def _values() -> Iterator[Hostile]:
    count = "query($n: Int){thumbnailTasks(first: $n){totalCount}}"
    literal = "{thumbnailTasks(first: %s){totalCount}}"
    yield Hostile("an Int of 5 000 digits", ask(literal % ("9" * 5_000)), 422, INVALID)
    yield Hostile("an Int of 300 digits", ask(literal % ("9" * 300)), 422, INVALID)
    yield Hostile("a variable of 300 digits", ask(count, {"n": 10**300}), 422, INVALID)
    yield Hostile("a variable of the wrong kind", ask(count, {"n": {"a": ["x" * 50_000]}}), 422, INVALID)
    yield Hostile(
        "a variable of 80 000 items",
        ask("query($n:[Int]){thumbnailTasks(first:1){totalCount @include(if:true)}}", {"n": [1] * 80_000}),
        422,
        INVALID,
    )
    yield Hostile(
        "480 unused variables",
        ask("query(" + "".join(f"$a{i}:Int " for i in range(480)) + "){__typename}"),
        422,
        INVALID,
    )
    yield Hostile("@skip of a text", ask('{__typename @skip(if: "yes")}'), 422, INVALID)
    yield Hostile(
        "@include of a null variable", ask("query($b:Boolean){__typename @include(if:$b)}", {"b": None}), 422, INVALID
    )
    yield Hostile("first below 0", ask(literal % "-1"), 200, BAD, "FIRST_OUT_OF_RANGE")
    yield Hostile("first above the range", ask(literal % "2147483647"), 200, BAD, "FIRST_OUT_OF_RANGE")
    yield Hostile(
        "an id of 20 KB", ask('{thumbnailTasks(assetId:"' + "x" * 20_000 + '"){totalCount}}'), 200, BAD, "INVALID_ID"
    )
    yield Hostile(
        "an id with a NUL",
        ask("query($i:ID){thumbnailTasks(assetId:$i){totalCount}}", {"i": "a\0b"}),
        200,
        BAD,
        "INVALID_ID",
    )
    yield Hostile(
        "a cursor of 60 KB",
        ask('{thumbnailTasks(after:"' + "A" * 60_000 + '"){totalCount}}'),
        200,
        BAD,
        "INVALID_CURSOR",
    )
    yield Hostile("a node of rubbish", ask('{node(id:"////")' + "{id}}"), 200, BAD, "INVALID_ID")


def _costs() -> Iterator[Hostile]:
    yield Hostile(
        "pictures of 100 tasks",
        ask("{thumbnailTasks(first:100){nodes{snapshots{totalCount}}}}"),
        422,
        COMPLEX,
        "max_cost",
    )
    wide = "{" + " ".join(f'a{i}:thumbnailTasks(first:1000 after:"x"){{totalCount}}' for i in range(7)) + "}"
    yield Hostile("seven pages of 1 000", ask(wide), 422, COMPLEX, "max_cost")
    deep = "{thumbnailTasks(first:10){nodes{snapshots(first:1000){totalCount}}}}"
    yield Hostile("1 000 pictures of 10 tasks", ask(deep), 422, COMPLEX, "max_cost")
    rows = " ".join(f"a{i}:nodes{{taskId id thumbnailCount parameters{{type time format}}}}" for i in range(20))
    yield Hostile(
        "20 times 1 000 rows", ask(f"{{thumbnailTasks(first:1000){{{rows}}}}}"), 422, COMPLEX, "max_answer_fields"
    )
    these = "query($these: [_Any!]!){%s}"
    once = "_entities(representations: $these){__typename}"
    yield Hostile(
        "20 000 representations", ask(these % once, {"these": [1] * 20_000}), 422, COMPLEX, "max_representations"
    )
    often = " ".join(f"a{i}:{once}" for i in range(30))
    yield Hostile(
        "30 times 100 representations", ask(these % often, {"these": [1] * 100}), 422, COMPLEX, "max_representations"
    )
