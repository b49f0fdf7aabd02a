"""Made-up keys, and the caller's side of a signature: the emulator's code, which shares none with the gateway's."""

from collections.abc import Mapping

from gateway.emulator import AccessKey
from gateway.emulator.request import Request
from gateway.emulator.signatures import canonical_request, sign

KEY = AccessKey("AKEXAMPLE0000000TEST", "SkExampleSecretKey0123456789abcdefTESTXX")
TEMPORARY_KEY = AccessKey("AKTEMPORARY00000TEST", "SkTemporarySecretKey", security_token="STEXAMPLETOKEN==")
DATE = "20260302T081530Z"
HOST = "127.0.0.1"
"""What the house's gateway calls its upstream."""


def presigned(
    target: str,
    *,
    key: AccessKey = KEY,
    host: str = HOST,
    date: str = DATE,
    further: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The headers of a signed GET of `target`, without the host."""
    signed = {"host": host, "x-sdk-date": date, **{name.lower(): value for name, value in (further or {}).items()}}
    if key.security_token is not None:
        signed["x-security-token"] = key.security_token
    path, _, query = target.partition("?")
    octets = [(name.encode(), value.encode()) for name, value in signed.items()]
    canonical = canonical_request(Request("GET", path.encode(), query.encode(), octets), list(signed))
    assert canonical is not None
    names = ";".join(sorted(signed))
    signature = sign(key.secret, date, canonical)
    del signed["host"]
    authorization = f"SDK-HMAC-SHA256 Access={key.access}, SignedHeaders={names}, Signature={signature}"
    return {**signed, "authorization": authorization}
