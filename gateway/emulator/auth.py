"""Who calls: tokens and signatures, judged as the API gateway in front of the service judges them."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.emulator.answers import RefusedError, unauthenticated
from gateway.emulator.request import Request
from gateway.emulator.signatures import ALGORITHM, Authorization, canonical_request, sign
from gateway.emulator.tenants import AccessKey, Credentials

SKEW_SECONDS = 15 * 60
LOCK_AFTER = 5
LOCK_SECONDS = 5 * 60


@dataclass(slots=True)
class _Failures:
    count: int = 0
    locked_until: float = 0.0


class Gatekeeper:
    """Admits calls, and locks an access key after more than five failures in a row.

    A signature counts before a token: where both are sent, the token is not looked at. An `Authorization` of another
    scheme is no credential.

    Args:
        credentials: whose token or key is whose.
        clock: seconds since the epoch.
    """

    def __init__(self, credentials: Credentials, clock: Callable[[], float]) -> None:
        self._credentials = credentials
        self._clock = clock
        self._failures: dict[str, _Failures] = {}

    def admit(self, request: Request) -> str:
        """The project that the credential belongs to.

        Raises:
            RefusedError: 401 in the API gateway's words.
        """
        authorization = request.header("authorization")
        if authorization is not None and authorization.startswith(ALGORITHM):
            return self._signed(request, authorization)
        token = request.header("x-auth-token")
        if token is None:
            raise unauthenticated("x-auth-token not found")
        return self._token(token)

    def _token(self, value: str) -> str:
        known = self._credentials.token(value)
        if known is None:
            raise unauthenticated("decrypt token fail")
        project_id, token = known
        if token.expires is not None and token.expires <= self._clock():
            raise RefusedError(401, "APIGW.0307", "The token must be updated.")
        return project_id

    def _signed(self, request: Request, header: str) -> str:
        authorization = Authorization.parse(header)
        if authorization is None:
            raise unauthenticated("the format of the Authorization header is incorrect")
        access = authorization.access
        known = self._credentials.key(access)
        if known is None:
            raise unauthenticated(f"Get secretKey failed,ak:{access},err:ak not exist")
        project_id, key = known
        failures = self._failures.setdefault(access, _Failures())
        if failures.locked_until > self._clock():
            raise unauthenticated("AK access failed to reach the limit,forbidden.")
        try:
            self._verify(request, authorization, key)
        except RefusedError:
            failures.count += 1
            if failures.count > LOCK_AFTER:
                self._failures[access] = _Failures(locked_until=self._clock() + LOCK_SECONDS)
            raise
        failures.count = 0
        return project_id

    def _verify(self, request: Request, authorization: Authorization, key: AccessKey) -> None:
        signed = authorization.signed_headers
        date = request.header("x-sdk-date")
        sent_at = _seconds(date)
        if date is None or sent_at is None or "x-sdk-date" not in signed:
            raise unauthenticated("x-sdk-date must be sent and signed, in the form YYYYMMDDTHHMMSSZ")
        if abs(self._clock() - sent_at) > SKEW_SECONDS:
            raise unauthenticated(f"signature expired, x-sdk-date:{date}", code="APIGW.0303", subject="app")
        if key.expires is not None and key.expires <= self._clock():
            raise unauthenticated("calc ak sk signature fail:signature expired")
        self._verify_security_token(request, signed, key)
        canonical = canonical_request(request, signed)
        if canonical is None:
            raise unauthenticated("verify aksk signature fail, a signed header is missing")
        if not hmac.compare_digest(sign(key.secret, date, canonical), authorization.signature):
            quoted = canonical.replace("\n", "|")
            raise unauthenticated(f"verify aksk signature fail, canonical request:{quoted}")

    @staticmethod
    def _verify_security_token(request: Request, signed: Sequence[str], key: AccessKey) -> None:
        token = request.header("x-security-token")
        if token != key.security_token:
            raise unauthenticated("verify aksk signature fail, the security token does not belong to the ak")
        if token is not None and "x-security-token" not in signed:
            raise unauthenticated("verify aksk signature fail, x-security-token must be signed")


def _seconds(date: str | None) -> float | None:
    try:
        return datetime.strptime(date or "", "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
