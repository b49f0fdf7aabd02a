"""SDK-HMAC-SHA256, the verifying side.

Written from the vendor's guide "API Request Signing" and on its own: the gateway's signer and this module share no
code, so one can be tested against the other.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes, unquote_to_bytes

from gateway.emulator.request import Request

ALGORITHM = "SDK-HMAC-SHA256"
_EMPTY_BODY = hashlib.sha256(b"").hexdigest()
_HEADER = re.compile(
    r"SDK-HMAC-SHA256 Access=(?P<access>[^,\s]+), ?SignedHeaders=(?P<signed>[^,\s]+), ?Signature=(?P<hex>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Authorization:
    """What the `Authorization` header of a signed request says."""

    access: str
    signed_headers: Sequence[str]
    signature: str = field(repr=False)

    @classmethod
    def parse(cls, header: str) -> "Authorization | None":
        """Read the header, None if it is not of the documented form."""
        match = _HEADER.fullmatch(header)
        return cls(match["access"], match["signed"].split(";"), match["hex"]) if match else None


def canonical_request(request: Request, signed_headers: Sequence[str]) -> str | None:
    """The text that was signed, rebuilt from the bytes of the request line.

    Percent codes are undone and written anew, so that `%7E` and `~` agree; `+` stays a plus sign, because RFC 3986
    knows no other meaning for it. The path gets a slash at its end for signing only.

    Returns:
        The canonical request of a call without a body, None where a signed header was not sent.
    """
    values = [(name, request.header(name)) for name in sorted(signed_headers)]
    if any(value is None for _, value in values):
        return None
    path = "/".join(_encode(segment) for segment in request.path.split(b"/"))
    return "\n".join(
        [
            request.method,
            path if path.endswith("/") else path + "/",
            "&".join(sorted(_pair(piece) for piece in request.query.split(b"&") if piece)),
            *(f"{name}:{value}" for name, value in values),
            "",
            ";".join(name for name, _ in values),
            _EMPTY_BODY,
        ]
    )


def sign(secret: str, date: str, canonical: str) -> str:
    """The signature of a canonical request: one HMAC, with no chain of derived keys.

    Args:
        secret: the SK.
        date: what `X-Sdk-Date` says, such as 20260302T081530Z.
        canonical: the text of `canonical_request`.
    """
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.new(secret.encode(), f"{ALGORITHM}\n{date}\n{digest}".encode(), hashlib.sha256).hexdigest()


def _pair(piece: bytes) -> str:
    name, _, value = piece.partition(b"=")
    return f"{_encode(name)}={_encode(value)}"


def _encode(text: bytes) -> str:
    return quote_from_bytes(unquote_to_bytes(text), safe="~")
