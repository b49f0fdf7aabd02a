"""A request that the caller signed: good for exactly one upstream call, with the caller's headers as they are."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import ClassVar

from typing_extensions import override

from gateway.credentials.headers import RequestHeaders, only
from gateway.credentials.kinds import Credential, Kind
from gateway.credentials.secret import Secret
from gateway.credentials.signing import ALGORITHM
from gateway.errors import BadUserInput, InternalServerError, Reason

PASSED_ON = ("Authorization", "X-Sdk-Date", "X-Security-Token", "X-Project-Id")
"""The headers of a signed request that go upstream, byte for byte."""

_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Access=[\x21-\x2b\x2d-\x7e]{{1,256}}, ?SignedHeaders=(?P<signed>[A-Za-z0-9;_-]{{1,1024}}), ?"
    r"Signature=[0-9A-Fa-f]{64}"
)
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_SECURITY_TOKEN = re.compile(r"[\x21-\x7e]{1,32768}")
_NOT_PASSED_ON = (
    "The signature covers `{name}`, which the gateway does not pass on as it is. "
    "Sign these only: `host` (the upstream's), `x-sdk-date`, `x-project-id`, `x-security-token`."
)


class PreSigned(Credential):
    """Headers over one request, which nobody but the caller could change or make again.

    Args:
        headers: Those of `PASSED_ON` that were sent.
    """

    kind: ClassVar[Kind] = Kind.PRESIGNED
    one_request: ClassVar[bool] = True

    def __init__(self, headers: Mapping[str, Secret]) -> None:
        self._headers = headers
        self._used = False

    @property
    @override
    def scope(self) -> None:
        return None

    @override
    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        yield

    @override
    def check(self) -> None:
        """Nothing is known of a signature that goes out once."""

    @override
    def authorise(self, method: str, host: str, target: str) -> Mapping[str, str]:
        if self._used:  # what reads once too often is a defect; the vendor would count it against the caller's key
            raise InternalServerError("A pre-signed request was about to be sent twice.")
        self._used = True
        return {name: value.reveal() for name, value in self._headers.items()}


def read_presigned(headers: RequestHeaders) -> PreSigned | None:
    """The signed request in a request's headers; None where there is no trace of one.

    Raises:
        BadUserInput: `INVALID_CREDENTIAL`: a part is missing or malformed, or more is signed than is sent.
    """
    found = {name: value for name in PASSED_ON if (value := only(headers, name, Reason.INVALID_CREDENTIAL))}
    authorization, date = found.get("Authorization", ""), found.get("X-Sdk-Date")
    if authorization.partition(" ")[0].upper() != ALGORITHM:
        stray = next((name for name in ("X-Sdk-Date", "X-Security-Token") if name in found), None)
        if stray:
            raise _bad(f"`{stray}` belongs to `Authorization: {ALGORITHM} ...`, which is missing.")
        return None
    if date is None:
        raise _bad("`X-Sdk-Date` is missing beside the signature: send the date that was signed.")
    if not _DATE.fullmatch(date):
        raise _bad("`X-Sdk-Date` has to be of the form YYYYMMDDTHHMMSSZ.")
    if not _SECURITY_TOKEN.fullmatch(found.get("X-Security-Token", "-")):
        raise _bad("`X-Security-Token` has to be 1 to 32768 visible ASCII characters without spaces.")
    match = _AUTHORIZATION.fullmatch(authorization)
    if match is None:
        raise _bad(
            "`Authorization` has to be of the form "
            f"`{ALGORITHM} Access=AK, SignedHeaders=host;x-sdk-date, Signature=64 hexadecimal digits`."
        )
    _check_signed(match["signed"].lower().split(";"), {name.lower() for name in found})
    return PreSigned({name: Secret(value) for name, value in found.items()})


def _check_signed(signed: list[str], sent: set[str]) -> None:
    if "x-sdk-date" not in signed:
        raise _bad("The signature does not cover `x-sdk-date`, without which the upstream refuses it.")
    passed_on = {"host", *(name.lower() for name in PASSED_ON[1:])}
    for name in signed:
        if name not in passed_on:
            raise _bad(_NOT_PASSED_ON.format(name=name[:64]))
        if name != "host" and name not in sent:
            raise _bad(f"The signature covers `{name}`, which is not sent.")


def _bad(message: str) -> BadUserInput:
    return BadUserInput(message, Reason.INVALID_CREDENTIAL)
