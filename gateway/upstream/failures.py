"""Every way the upstream can fail, mapped once onto the gateway's errors.

The vendor's code decides and the status only where there is no known code: this API answers 403 for a
missing asset, for faults of its own and for a bad token alike. What speaks of one asset's state is
`NotFound`: `Forbidden` speaks of the credential, and forgets all that was read under it. Sources: the
vendor's pages "Error Codes" of Video On Demand and of API signing. The table is printed in docs/errors.md.
"""

import re
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from gateway.errors import (
    Forbidden,
    GatewayError,
    NotFound,
    RateLimited,
    Unauthenticated,
    UpstreamInvalidResponse,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)

BY_CODE: Mapping[str, type[GatewayError]] = {
    "APIGW.0101": UpstreamRejected,
    "APIGW.0103": UpstreamUnavailable,
    "APIGW.0104": UpstreamUnavailable,
    "APIGW.0105": UpstreamUnavailable,
    "APIGW.0106": UpstreamUnavailable,
    "APIGW.0204": UpstreamRejected,
    "APIGW.0301": Unauthenticated,
    "APIGW.0302": Forbidden,
    "APIGW.0303": Unauthenticated,
    "APIGW.0304": Forbidden,
    "APIGW.0305": Unauthenticated,
    "APIGW.0306": Forbidden,
    "APIGW.0307": Unauthenticated,
    "APIGW.0308": RateLimited,
    "APIGW.0310": Forbidden,
    "APIGW.0311": Unauthenticated,
    "APIGW.0401": Forbidden,
    "APIGW.0402": Forbidden,
    "APIGW.0404": Forbidden,
    "APIGW.0601": UpstreamUnavailable,
    "APIGW.0602": UpstreamRejected,
    "APIGW.0605": UpstreamUnavailable,
    "APIGW.0606": UpstreamUnavailable,
    "APIGW.0607": UpstreamRejected,
    "APIGW.0608": UpstreamUnavailable,
    "APIGW.0609": UpstreamUnavailable,
    "APIGW.0610": UpstreamUnavailable,
    "APIGW.0611": UpstreamUnavailable,
    "APIGW.0613": UpstreamUnavailable,
    "APIGW.0802": Forbidden,
    "VOD.10051": UpstreamUnavailable,
    "VOD.10052": UpstreamUnavailable,
    "VOD.10053": UpstreamRejected,
    "VOD.10054": Unauthenticated,
    "VOD.10055": Forbidden,
    "VOD.10056": Forbidden,
    "VOD.10057": Forbidden,
    "VOD.10058": UpstreamRejected,
    "VOD.10059": UpstreamRejected,
    "VOD.10060": NotFound,
    "VOD.10062": NotFound,
    "VOD.10064": NotFound,
    "VOD.10074": Forbidden,
    "VOD.10081": UpstreamRejected,
    "VOD.10083": NotFound,
    "VOD.10099": NotFound,
    "VOD.10104": NotFound,
    "VOD.10111": Forbidden,
    "VOD.10120": Forbidden,
    "VOD.10132": Forbidden,
    "VOD.10133": Forbidden,
    "VOD.10136": UpstreamUnavailable,
    "VST.10001": UpstreamRejected,
    "VST.10002": UpstreamUnavailable,
    "VST.10004": Unauthenticated,
}

BY_STATUS: Mapping[int, type[GatewayError]] = {
    401: Unauthenticated,
    403: Forbidden,
    408: UpstreamTimeout,
    429: RateLimited,
    504: UpstreamTimeout,
}

MESSAGES: Mapping[type[GatewayError], str] = {
    Unauthenticated: "The upstream does not accept this credential: it is wrong, expired or revoked.",
    Forbidden: "The upstream does not allow this credential to read this.",
    NotFound: "The upstream has no such asset or task to show: there is none, or its state forbids it.",
    RateLimited: "The upstream's quota for this tenant is used up for now.",
    UpstreamTimeout: "The upstream did not answer in time.",
    UpstreamUnavailable: "The upstream is not available.",
    UpstreamRejected: "The upstream refused the gateway's request.",
    UpstreamInvalidResponse: "The upstream's answer is not the documented one.",
}

_NOT_SET_UP = frozenset({400, 404})
"""Statuses of a service that is not set up: `UpstreamUnavailable` by the vendor's code, and so again in a second."""

DEFAULT_RETRY_AFTER = 5.0
"""Seconds to wait where a 429 gives no hint (the vendor's FAQ suggests 2 to 5)."""

_WORD = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LIMIT = re.compile(r"limit:\d{1,9},time:(\d{1,6}) ?(second|minute|hour|day)")
_UNIT_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


class NotAsked(UpstreamUnavailable):
    """The gateway itself refused a call, for what is known of the upstream: asking again at once is of no use."""


def is_transient(problem: BaseException) -> bool:
    """Whether a call failed for a reason that may be gone in a moment: no answer, part of one, or a fault of theirs."""
    if not isinstance(problem, UpstreamTimeout | UpstreamUnavailable) or isinstance(problem, NotAsked):
        return False
    return problem.details.get("upstream", {}).get("status") not in _NOT_SET_UP


def from_answer(status: int, headers: Mapping[str, str], body: bytes) -> GatewayError:
    """The error for an answer other than 200.

    Only the status, the vendor's code and its request id are passed on: the vendor's message may quote
    the headers of the refused request, credentials among them.
    """
    code, message = _vendor_code(body)
    kind = BY_CODE.get(re.sub(r"^APIG\.", "APIGW.", code or "")) or _by_status(status)
    upstream = {"status": status, "errorCode": code, "requestId": _word(headers.get("x-request-id"))}
    details = {"upstream": {name: value for name, value in upstream.items() if value is not None}}
    if kind is RateLimited:
        return RateLimited(MESSAGES[kind], retry_after=_retry_after(headers, message), **details)
    return kind(MESSAGES[kind], **details)


def from_exception(problem: Exception) -> GatewayError:
    """The error for a call that brought no whole answer."""
    # The aiohttp transport calls a lost connection a timeout as well; only its cause tells them apart.
    known_by = (isinstance(problem, httpx.HTTPError) and problem.__cause__) or problem
    kind = UpstreamTimeout if isinstance(known_by, TimeoutError | httpx.TimeoutException) else UpstreamUnavailable
    return kind(MESSAGES[kind])


def _by_status(status: int) -> type[GatewayError]:
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status >= 500:  # 494 and other 4xx are about our request
        return UpstreamUnavailable
    return UpstreamRejected if status >= 400 else UpstreamInvalidResponse


def _vendor_code(body: bytes) -> tuple[str | None, str]:
    """The vendor's code and message, in any of the spellings its services use, at most one object down."""
    try:
        # A message may be in another charset, such as GBK; the code beside it is ASCII in all of them.
        answer = msgspec.json.decode(body.decode("utf-8", "replace"))
    except (msgspec.MsgspecError, RecursionError):
        return None, ""
    if not isinstance(answer, dict):
        return None, ""
    for part in (answer, *(value for value in answer.values() if isinstance(value, dict))):
        for code, message in (("error_code", "error_msg"), ("errorCode", "errorMsg"), ("code", "message")):
            if word := _word(part.get(code)):
                text = part.get(message)
                return word, text if isinstance(text, str) else ""
    return None, ""


def _word(value: Any) -> str | None:
    """The value, if it looks like a code or an id; whatever else an upstream puts there goes no further."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None


def _retry_after(headers: Mapping[str, str], message: str) -> float:
    """Seconds to wait: by the header, else by the window that the vendor's message names, else the default."""
    hint = headers.get("retry-after", "")
    if hint.isascii() and hint.isdecimal() and len(hint) <= 6:
        return float(hint)
    if found := _LIMIT.search(message):
        return float(int(found[1]) * _UNIT_SECONDS[found[2]])
    return DEFAULT_RETRY_AFTER
