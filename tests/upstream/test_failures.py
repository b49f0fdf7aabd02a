import asyncio
import re

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, RateLimited, UpstreamInvalidResponse, UpstreamTimeout, UpstreamUnavailable
from gateway.upstream.failures import BY_CODE, BY_STATUS, DEFAULT_RETRY_AFTER, MESSAGES, from_answer, from_exception

# The vendor's own words, quoted headers and all, as its page on signing shows them.
LEAK = (
    "Incorrect IAM authentication information: verify aksk signature fail, canonical request:GET|/v1/p/|a=b|"
    "x-auth-token:MIIsecret||x-auth-token|e3b0"
)


def failure(body: object, status: int = 400, **headers: str) -> GatewayError:
    """The error of an answer with a JSON body."""
    sent = httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return from_answer(status, sent, body if isinstance(body, bytes) else msgspec.json.encode(body))


@pytest.mark.parametrize("code", BY_CODE)
def test_the_code_decides_whatever_the_status(code: str) -> None:
    """Every code of the table, with the statuses that this API mixes."""
    for status in (400, 401, 403, 404, 429, 500, 503):
        problem = failure({"error_code": code, "error_msg": LEAK}, status, x_request_id="r-1")
        assert type(problem) is BY_CODE[code]
        assert problem.message == MESSAGES[BY_CODE[code]]
        assert problem.details["upstream"] == {"status": status, "errorCode": code, "requestId": "r-1"}


@pytest.mark.parametrize("code", [code for code in BY_CODE if code.startswith("APIGW.")])
def test_the_gateway_products_prefix_means_the_same(code: str) -> None:
    """The vendor's API Gateway product writes APIG. where cloud services write APIGW."""
    spelt = code.replace("APIGW.", "APIG.")
    problem = failure({"error_code": spelt, "error_msg": "x"}, 418)
    assert type(problem) is BY_CODE[code]
    assert problem.details["upstream"]["errorCode"] == spelt


def test_every_kind_of_failure_has_words_of_our_own() -> None:
    """No failure of the tables is without a message."""
    assert {*BY_CODE.values(), *BY_STATUS.values(), UpstreamInvalidResponse} == set(MESSAGES)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (201, "UPSTREAM_INVALID_RESPONSE"),
        (204, "UPSTREAM_INVALID_RESPONSE"),
        (302, "UPSTREAM_INVALID_RESPONSE"),
        (400, "UPSTREAM_REJECTED"),
        (401, "UNAUTHENTICATED"),
        (403, "FORBIDDEN"),
        (404, "UPSTREAM_REJECTED"),
        (408, "UPSTREAM_TIMEOUT"),
        (414, "UPSTREAM_REJECTED"),
        (429, "RATE_LIMITED"),
        (494, "UPSTREAM_REJECTED"),
        (500, "UPSTREAM_UNAVAILABLE"),
        (502, "UPSTREAM_UNAVAILABLE"),
        (503, "UPSTREAM_UNAVAILABLE"),
        (504, "UPSTREAM_TIMEOUT"),
        (599, "UPSTREAM_UNAVAILABLE"),
    ],
)
def test_the_status_decides_where_there_is_no_known_code(status: int, code: str) -> None:
    """No body, a page, something nested without an end, or a code that is new."""
    bodies = (b"", b"{}", b"[]", b"<html>busy</html>", b"\xff", b"[" * 100_000, b'{"error_code":"VOD.99999"}', b"7")
    for body in bodies:
        problem = failure(body, status)
        assert problem.code == code
        assert problem.details["upstream"]["status"] == status


@pytest.mark.parametrize(
    "body",
    [
        {"error_code": "VOD.10062", "error_msg": "x"},
        {"error_msg": "x", "error_code": "VOD.10062", "request_id": "r"},
        {"errorCode": "VOD.10062", "errorMsg": "x"},
        {"code": "VOD.10062", "message": "x"},
        {"error": {"error_code": "VOD.10062", "error_msg": "x"}},
        {"error": {"code": "VOD.10062", "message": "x"}},
        {"error_code": "VOD.10062"},
        {"error_code": "VOD.10062", "error_msg": {"not": "text"}},
        {"error_code": 17, "code": "VOD.10062"},
    ],
    ids=str,
)
def test_the_code_is_found_in_every_spelling(body: object) -> None:
    """The spellings of the vendor's services, at most one object down."""
    assert failure(body, 403).code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("status", "part", "code"),
    [(401, "", "UNAUTHENTICATED"), (403, '"error_code":"VOD.10062",', "NOT_FOUND"), (500, "", "UPSTREAM_UNAVAILABLE")],
)
def test_a_message_in_another_charset_hides_nothing(status: int, part: str, code: str) -> None:
    """The status and the vendor's code are read beside it."""
    assert failure(f'{{{part}"error_msg":"认证失败"}}'.encode("gbk"), status).code == code


@pytest.mark.parametrize(
    "code", ["", " ", "VOD.10062 ", "a b", "x" * 65, "<b>", "é", "a\nb", 'x"y', None, 17, ["VOD.10062"], {"a": 1}]
)
def test_a_code_that_does_not_look_like_one_goes_no_further(code: object) -> None:
    """Only short words of letters, digits, dots, hyphens and underscores are passed on."""
    assert "errorCode" not in failure({"error_code": code, "error_msg": "x"}).details["upstream"]


@pytest.mark.parametrize("request_id", ["", "a b", "x" * 65, "<script>", "token:abc"])
def test_a_request_id_that_does_not_look_like_one_goes_no_further(request_id: str) -> None:
    """The header is the upstream's, but what it says is held to the same form."""
    assert "requestId" not in failure({}, x_request_id=request_id).details["upstream"]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=5), st.sampled_from([*BY_CODE, "VOD.1", ""]))
def test_nothing_of_the_vendors_message_is_passed_on(message: str, code: str) -> None:
    """Neither in the message nor in the details: the vendor quotes the headers of refused requests."""
    told = failure({"error_code": code, "error_msg": message + LEAK}, 401)
    shown = repr((told.message, told.extensions, told.args))
    assert "MIIsecret" not in shown
    assert "canonical" not in shown
    silent = failure({"error_code": code, "error_msg": ""}, 401)
    assert re.sub(r"'retryAfterSeconds': [\d.]+", "", repr(silent.extensions)) == re.sub(
        r"'retryAfterSeconds': [\d.]+", "", repr(told.extensions)
    )


THRESHOLD = "The throttling threshold has been reached: policy user over ratelimit,limit:100,time:"


@pytest.mark.parametrize(
    ("header", "message", "seconds"),
    [
        ("", THRESHOLD + "1 minute", 60),
        ("", THRESHOLD + "1minute", 60),
        ("", THRESHOLD + "30 second", 30),
        ("", THRESHOLD + "2 hour", 7_200),
        ("", THRESHOLD + "1 day", 86_400),
        ("", THRESHOLD + "1 fortnight", DEFAULT_RETRY_AFTER),
        ("", THRESHOLD, DEFAULT_RETRY_AFTER),
        ("", "", DEFAULT_RETRY_AFTER),
        ("7", THRESHOLD + "1 minute", 7),
        ("0", "", 0),
        ("-1", "", DEFAULT_RETRY_AFTER),
        ("1.5", "", DEFAULT_RETRY_AFTER),
        ("9999999", "", DEFAULT_RETRY_AFTER),
        ("\N{SUPERSCRIPT TWO}", "", DEFAULT_RETRY_AFTER),
        ("Fri, 31 Dec 2027 23:59:59 GMT", "", DEFAULT_RETRY_AFTER),
    ],
)
def test_how_long_to_wait(header: str, message: str, seconds: float) -> None:
    """The header's seconds, else the window in the vendor's words, else the default."""
    headers = httpx.Headers({b"retry-after": header.encode("latin-1")} if header else {})
    body = msgspec.json.encode({"error_code": "APIGW.0308", "error_msg": message})
    problem = from_answer(429, headers, body)
    assert isinstance(problem, RateLimited)
    assert problem.retry_after == problem.extensions["retryAfterSeconds"] == seconds


def test_a_call_without_an_answer_is_late_or_impossible() -> None:
    """Silence is a timeout; everything else that a connection can do is an upstream that is not available."""

    def caused(problem: Exception, cause: BaseException) -> Exception:
        problem.__cause__ = cause
        return problem

    late = [TimeoutError(), httpx.ReadTimeout("x"), caused(httpx.ReadTimeout("x"), TimeoutError())]
    # asyncio.timeout raises its TimeoutError from the cancellation that it turned away.
    late.append(caused(TimeoutError(), asyncio.CancelledError()))
    assert {type(from_exception(problem)) for problem in late} == {UpstreamTimeout}
    broken = [httpx.ConnectError("x"), OSError("x"), caused(httpx.ConnectTimeout("x"), ConnectionResetError())]
    assert {type(from_exception(problem)) for problem in broken} == {UpstreamUnavailable}
    assert "x" not in from_exception(httpx.ConnectError("x")).message.split()
