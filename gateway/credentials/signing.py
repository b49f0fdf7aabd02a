"""SDK-HMAC-SHA256, the signing side: pure functions over the request that is sent.

One HMAC over a digest of the canonical request; unlike other clouds' signatures there is no chain of
derived keys. Source: the vendor's guide "API Request Signing", checked against the vendor's own signer.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

from gateway.credentials.secret import Secret

ALGORITHM = "SDK-HMAC-SHA256"
"""The scheme of the `Authorization` header."""

_NO_BODY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A pair of keys.

    Args:
        access: The AK, which names the key.
        secret: The SK, which signs.
        security_token: What a temporary pair has to send along; None for a permanent one.
    """

    access: str = field(repr=False)
    secret: Secret
    security_token: Secret | None = None


def sdk_date(now: float) -> str:
    """Seconds since the epoch as `X-Sdk-Date` has them, such as 20260302T081530Z."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")


def canonical_query(parameters: Iterable[tuple[str, str]]) -> str:
    """The query as it is sent and signed: sorted, RFC 3986 octets, a space as %20.

    The vendor's signer sorts names and values as they are, and writes them in octets afterwards.
    """
    return "&".join(f"{_octets(name)}={_octets(value)}" for name, value in sorted(parameters))


def _octets(text: str) -> str:
    # Most of it is written as it is, which `quote` takes ten times as long to find.
    return text if text.isascii() and text.isalnum() else quote(text, safe="")


def canonical_request(method: str, target: str, headers: Mapping[str, str]) -> str:
    """The text that stands for a request without a body.

    Args:
        method: In upper case.
        target: Path and query as they are sent, the query from `canonical_query`.
        headers: The headers to sign, by names in any case.
    """
    path, _, query = target.partition("?")
    lines = sorted((name.lower(), value.strip()) for name, value in headers.items())
    return "\n".join(
        [
            method,
            path if path.endswith("/") else path + "/",  # for signing only; it is sent without
            query,
            *(f"{name}:{value}" for name, value in lines),
            "",
            ";".join(name for name, _ in lines),
            _NO_BODY,
        ]
    )


def string_to_sign(date: str, canonical: str) -> str:
    """What the key signs: the algorithm, the date of `X-Sdk-Date`, and the canonical request's digest."""
    return f"{ALGORITHM}\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"


def signature(secret: Secret, text: str) -> str:
    """The signature of a string to sign, as 64 hexadecimal digits."""
    return hmac.new(secret.reveal().encode(), text.encode(), hashlib.sha256).hexdigest()


def authorization(key: SigningKey, method: str, target: str, headers: Mapping[str, str]) -> str:
    """The `Authorization` header for a request.

    Args:
        key: Signs it.
        method: In upper case.
        target: Path and query as they are sent.
        headers: The headers to sign, `X-Sdk-Date` among them.
    """
    by_name = {name.lower(): value for name, value in headers.items()}
    signed = signature(key.secret, string_to_sign(by_name["x-sdk-date"], canonical_request(method, target, headers)))
    return f"{ALGORITHM} Access={key.access}, SignedHeaders={';'.join(sorted(by_name))}, Signature={signed}"


def headers_to_sign(key: SigningKey | None, host: str, project_id: str, now: float) -> dict[str, str]:
    """The headers that a request of this gateway signs, and sends beside the `Authorization`.

    Others are left out on purpose: a proxy on the way may rewrite them.
    """
    headers = {"Host": host, "X-Project-Id": project_id, "X-Sdk-Date": sdk_date(now)}
    if key is not None and key.security_token is not None:
        headers["X-Security-Token"] = key.security_token.reveal()
    return headers
