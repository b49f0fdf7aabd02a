"""The journal: which calls came, as the upstream saw them."""

import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.emulator.request import Request
from gateway.emulator.signatures import ALGORITHM, Authorization

MAX_CALLS = 100_000


@dataclass(slots=True)
class Call:
    """One call of the API (pictures and the control route are not kept).

    Attributes:
        number: 1 for the first call since the emulator started; clearing does not begin anew.
        time: seconds since the epoch, by the emulator's clock.
        method: as sent.
        target: path and query of the request line, undecoded.
        credential: `token`, `signature`, `temporary signature` or `none`.
        digest: 12 hex characters of the SHA-256 of the token, or of the AK; never the value itself.
        request_id: what `X-Request-Id` of the answer says.
        traceparent: as sent (W3C Trace Context), None without one.
        status: of the answer, None while there is none (and for a connection that was reset before it).
        fault: the kinds of the faults that struck, in order.
    """

    number: int
    time: float
    method: str
    target: str
    credential: str
    digest: str
    request_id: str
    traceparent: str | None = None
    status: int | None = None
    fault: tuple[str, ...] = ()


class Journal:
    """The last 100 000 calls, oldest first."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=MAX_CALLS)
        self._count = 0

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def __getitem__(self, index: int) -> Call:
        return self._calls[index]

    def begin(self, request: Request, time: float, request_id: str) -> Call:
        """Write a call down as it comes; its status follows."""
        self._count += 1
        kind, digest = _credential(request)
        call = Call(
            self._count, time, request.method, request.target, kind, digest, request_id, request.header("traceparent")
        )
        self._calls.append(call)
        return call

    def clear(self) -> None:
        """Forget the calls."""
        self._calls.clear()


def _credential(request: Request) -> tuple[str, str]:
    authorization = request.header("authorization") or ""
    if authorization.startswith(ALGORITHM):
        parsed = Authorization.parse(authorization)
        kind = "signature" if request.header("x-security-token") is None else "temporary signature"
        return kind, _digest(parsed.access if parsed else authorization)
    token = request.header("x-auth-token")
    return ("none", "") if token is None else ("token", _digest(token))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:12]
