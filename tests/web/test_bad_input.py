"""Everything that a caller or the upstream can do wrong, one by one, and the answer in full."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.emulator import Emulator, Tenant, Token, serve
from gateway.graph.context import no_credential
from gateway.upstream.failures import MESSAGES
from gateway.upstream.transport import ExactTransport
from tests.support.house import PROJECT, TOKEN, Answer, House, open_house

IDS = "{ thumbnailTasks(first: 3) { nodes { taskId } } }"
AT = {"locations": [{"line": 1, "column": 3}], "path": ["thumbnailTasks"]}
NO_DATA = {"thumbnailTasks": None}


def field_error(message: str, **extensions: Any) -> dict[str, Any]:
    """The answer whose one field failed."""
    return {"errors": [{"message": message, **AT, "extensions": extensions}], "data": NO_DATA}


def told(answer: Answer) -> tuple[int, dict[str, Any]]:
    """Status and body; what has errors must not be kept by anybody."""
    assert answer.headers["cache-control"] == "no-store"
    return answer.status, answer.body


@pytest.mark.parametrize("first", [-1, 1001, 2**31 - 1])
async def test_a_page_size_out_of_range(house: House, first: int) -> None:
    """The range is named, the upstream is not asked."""
    answer = await house.ask(f"{{ thumbnailTasks(first: {first}) {{ totalCount }} }}")
    message = f"`first` has to be 0 to 1000; it is {first}."
    assert told(answer) == (200, field_error(message, code="BAD_USER_INPUT", reason="FIRST_OUT_OF_RANGE"))
    assert house.upstream_calls == 0


@pytest.mark.parametrize("cursor", ["x", "A" * 31, "?" * 31, "A" * 5000, "\N{GRINNING FACE}"])
async def test_a_broken_cursor(house: House, cursor: str) -> None:
    """The message says what a cursor is, and does not repeat what was sent."""
    answer = await house.ask("query ($a: String) {\n  thumbnailTasks(after: $a) { totalCount } }", {"a": cursor})
    message = (
        "This cursor cannot be read. Send back an `endCursor` or an edge's `cursor` unchanged, or leave `after` out."
    )
    expected = field_error(message, code="BAD_USER_INPUT", reason="INVALID_CURSOR")
    expected["errors"][0]["locations"] = [{"line": 2, "column": 3}]
    assert told(answer) == (200, expected)
    assert house.upstream_calls == 0


async def test_a_cursor_of_another_filter(house: House) -> None:
    """It is read, and refused before any call."""
    cursor = (await house.page(first=1))["pageInfo"]["endCursor"]
    house.emulator.journal.clear()
    answer = await house.ask(f'{{ thumbnailTasks(assetId: "a", after: "{cursor}") {{ totalCount }} }}')
    message = (
        "This cursor belongs to another list. A cursor is good only with the project and the filters it came from."
    )
    assert told(answer) == (200, field_error(message, code="BAD_USER_INPUT", reason="FOREIGN_CURSOR"))
    assert house.upstream_calls == 0


@pytest.mark.parametrize("name", ["assetId", "taskId"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "is empty. Leave it out to ask for all."),
        ("x" * 1025, "has 1025 characters; it may have 1024 at most."),
        ("a\\u0000b", "holds a control character."),
    ],
    ids=["empty", "long", "control"],
)
async def test_an_id_that_would_widen_the_question(house: House, name: str, value: str, words: str) -> None:
    """Never the whole project instead of one task."""
    answer = await house.ask(f'{{ thumbnailTasks({name}: "{value}") {{ totalCount }} }}')
    expected = field_error(f"`{name}` {words}", code="BAD_USER_INPUT", reason="INVALID_ID")
    assert told(answer) == (200, expected)
    assert house.upstream_calls == 0


async def test_an_unknown_field(house: House) -> None:
    """Refused as a whole, without `data`."""
    answer = await house.ask("{ nope }")
    error = {
        "message": "Cannot query field 'nope' on type 'Query'. Did you mean 'node'?",
        "locations": [{"line": 1, "column": 3}],
        "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"},
    }
    assert told(answer) == (422, {"errors": [error]})


async def test_no_token(house: House) -> None:
    """401 for what reads the upstream, with the header that says how to come in; introspection is free."""
    answer = await house.ask(IDS, token=None)
    error = {"message": no_credential().message, "extensions": {"code": "UNAUTHENTICATED"}}
    assert "`X-Auth-Token`" in error["message"]
    assert told(answer) == (401, {"errors": [error]})
    assert "X-Auth-Token" in answer.headers["www-authenticate"]
    assert (await house.ask("{ __typename }", token=None)).data == {"__typename": "Query"}
    assert house.upstream_calls == 0


@pytest.mark.parametrize(("token", "vendor_code"), [("wrong-token", "APIGW.0301"), ("old-token", "APIGW.0307")])
async def test_a_token_that_the_upstream_refuses(token: str, vendor_code: str) -> None:
    """Wrong or expired: an error of the field, with the vendor's code and request id."""
    old = Token("old-token", expires=0)
    async with open_house(tenants=[Tenant(PROJECT, tokens=[TOKEN, old], size=5)]) as house:
        answer = await house.ask(IDS, token=token)
        upstream = {"status": 401, "errorCode": vendor_code, "requestId": house.emulator.journal[0].request_id}
    message = "The upstream does not accept this credential: it is wrong, expired or revoked."
    assert told(answer) == (200, field_error(message, code="UNAUTHENTICATED", upstream=upstream))
    assert token not in str(answer.body)


@asynccontextmanager
async def over_a_socket(**settings: Any) -> AsyncIterator[tuple[House, Emulator]]:
    """A gateway with its real transport, and the emulator that it reads."""
    emulator = Emulator([Tenant(PROJECT, tokens=[TOKEN], size=250, clean=True)])
    with serve(emulator) as url:
        transport = ExactTransport(max_connections=5, connect_timeout=5)
        async with open_house(transport=transport, upstream_url=url, **settings) as house:
            yield house, emulator


UNAVAILABLE = "The upstream is not available."
NOT_DOCUMENTED = "The upstream's answer is not the documented JSON object."


@pytest.mark.parametrize(
    ("fault", "message", "code", "more"),
    [
        ({"kind": "status", "status": 400}, None, "UPSTREAM_REJECTED", {"errorCode": "VOD.10081"}),
        ({"kind": "status", "status": 403}, None, "FORBIDDEN", {"errorCode": "VOD.10074"}),
        ({"kind": "status", "status": 403, "code": "VOD.10051"}, None, "UPSTREAM_UNAVAILABLE", {}),
        ({"kind": "status", "status": 403, "code": "VOD.10054"}, None, "UNAUTHENTICATED", {}),
        ({"kind": "status", "status": 403, "code": "VOD.10062"}, None, "NOT_FOUND", {}),
        ({"kind": "status", "status": 404}, None, "UPSTREAM_REJECTED", {"errorCode": "APIGW.0101"}),
        ({"kind": "throttled"}, None, "RATE_LIMITED", {"status": 429, "errorCode": "APIGW.0308"}),
        ({"kind": "status", "status": 500}, None, "UPSTREAM_UNAVAILABLE", {"errorCode": "VOD.10051"}),
        ({"kind": "status", "status": 503}, None, "UPSTREAM_UNAVAILABLE", {"errorCode": "APIGW.0613"}),
        ({"kind": "html", "status": 502}, UNAVAILABLE, "UPSTREAM_UNAVAILABLE", {}),
        ({"kind": "redirect"}, None, "UPSTREAM_INVALID_RESPONSE", {"status": 302}),
        ({"kind": "html"}, NOT_DOCUMENTED, "UPSTREAM_INVALID_RESPONSE", None),
        ({"kind": "body"}, NOT_DOCUMENTED, "UPSTREAM_INVALID_RESPONSE", None),
        (
            {"kind": "body", "text": "{}"},
            "The upstream's answer holds neither a total nor any rows.",
            "UPSTREAM_INVALID_RESPONSE",
            None,
        ),
        (
            {"kind": "gzip_bomb", "megabytes": 20},
            "The upstream's answer is larger than 4194304 octets.",
            "UPSTREAM_INVALID_RESPONSE",
            None,
        ),
        ({"kind": "reset"}, UNAVAILABLE, "UPSTREAM_UNAVAILABLE", None),
        ({"kind": "reset_body"}, UNAVAILABLE, "UPSTREAM_UNAVAILABLE", None),
        ({"kind": "truncated"}, UNAVAILABLE, "UPSTREAM_UNAVAILABLE", None),
        ({"kind": "hang"}, "The upstream did not answer in time.", "UPSTREAM_TIMEOUT", None),
        ({"kind": "drip", "seconds": 0.01}, "The upstream did not answer in time.", "UPSTREAM_TIMEOUT", None),
        (
            {"kind": "endless_headers", "seconds": 0.01},
            "The upstream did not answer in time.",
            "UPSTREAM_TIMEOUT",
            None,
        ),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) and "kind" in value else "",
)
async def test_an_upstream_that_fails(
    fault: dict[str, Any], message: str | None, code: str, more: dict[str, Any] | None
) -> None:
    """Over a real connection: the field is null, the error has our code, and the vendor's if there was an answer."""
    async with over_a_socket(
        upstream_timeout_seconds=0.5 if code == "UPSTREAM_TIMEOUT" else 8, upstream_attempts=1
    ) as (house, emulator):
        emulator.fault(**fault)
        answer = await house.ask(IDS)
        call = emulator.journal[0]
        emulator.clear()
        house.clock.now += 60  # a token that was refused is remembered for a while
        assert (await house.ask(IDS)).data["thumbnailTasks"]["nodes"]  # the failure is not remembered
    extensions: dict[str, Any] = {"code": code}
    if code == "RATE_LIMITED":
        extensions["retryAfterSeconds"] = 60.0
    if more is not None:
        upstream = {"status": call.status, "errorCode": fault.get("code"), "requestId": call.request_id, **more}
        extensions["upstream"] = {name: value for name, value in upstream.items() if value is not None}
    default = next(text for kind, text in MESSAGES.items() if kind.code == code)
    assert told(answer) == (200, field_error(message or default, **extensions))


async def test_one_unreadable_row_among_good_ones(house: House) -> None:
    """The page stands, the row is null with an error at its path."""
    house.emulator.fault("unreadable_row", index=1)
    answer = await house.ask(IDS)
    first, _, third = house.emulator.catalogue().task_ids()[:3]
    error = {
        "message": "The upstream sent a row that cannot be read: Expected `object`, got `int`.",
        "locations": [{"line": 1, "column": 30}],
        "path": ["thumbnailTasks", "nodes", 1],
        "extensions": {"code": "UPSTREAM_INVALID_RESPONSE"},
    }
    nodes = [{"taskId": first}, None, {"taskId": third}]
    assert told(answer) == (200, {"errors": [error], "data": {"thumbnailTasks": {"nodes": nodes}}})


async def test_an_integer_beyond_32_bits() -> None:
    """The value is null with an error at its path."""
    async with open_house(rows=[{"task_id": "t", "thumbnail_count": 2**31}]) as house:
        answer = await house.ask("{ thumbnailTasks { nodes { taskId thumbnailCount } } }")
    error = {
        "message": "A value of the upstream does not fit here: "
        "Int cannot represent non 32-bit signed integer value: 2147483648",
        "locations": [{"line": 1, "column": 35}],
        "path": ["thumbnailTasks", "nodes", 0, "thumbnailCount"],
        "extensions": {"code": "UPSTREAM_INVALID_RESPONSE"},
    }
    nodes = [{"taskId": "t", "thumbnailCount": None}]
    assert told(answer) == (200, {"errors": [error], "data": {"thumbnailTasks": {"nodes": nodes}}})
