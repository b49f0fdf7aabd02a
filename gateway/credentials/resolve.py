"""The caller's headers, resolved to one credential and one project."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.credentials.kinds import Credential, ForwardedToken, scope_digest
from gateway.errors import BadUserInput, Reason

CREDENTIAL_HEADERS = ("X-Auth-Token", "X-Project-Id")
"""Every request header that decides what a caller may see; answers vary by them."""

MAX_TOKEN_LENGTH = 32_768
"""Characters; the vendor's limit for one header is 32 KB."""

_TOKEN = re.compile(r"[\x21-\x7e]+")
_PROJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")


class RequestHeaders(Protocol):
    """A request's headers, by names in any case."""

    def getlist(self, key: str) -> Sequence[str]:
        """All values sent under a name, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Caller:
    """A credential, and the project it asks for."""

    credential: Credential
    project_id: str


class CallerResolver:
    """Resolves headers to callers.

    Args:
        secret: Keys the digests that stand for credentials.
        project_id: The project asked for where the caller names none; None where every caller has to.
        callers_choose_project: Whether `X-Project-Id` may name another one.
    """

    def __init__(self, *, secret: bytes, project_id: str | None, callers_choose_project: bool) -> None:
        self._secret = secret
        self._project_id = project_id
        self._callers_choose_project = callers_choose_project

    def resolve(self, headers: RequestHeaders) -> Caller | None:
        """The caller, or None where the headers hold no credential.

        Raises:
            BadUserInput: `INVALID_CREDENTIAL` or `INVALID_PROJECT`.
        """
        token = _only(headers, "X-Auth-Token", Reason.INVALID_CREDENTIAL)
        if not token:
            return None
        if len(token) > MAX_TOKEN_LENGTH or not _TOKEN.fullmatch(token):
            raise BadUserInput(
                f"`X-Auth-Token` has to be 1 to {MAX_TOKEN_LENGTH} visible ASCII characters without spaces.",
                Reason.INVALID_CREDENTIAL,
            )
        credential = ForwardedToken(token, scope_digest(self._secret, ForwardedToken.kind, token))
        return Caller(credential, self._project(headers))

    def _project(self, headers: RequestHeaders) -> str:
        named = _only(headers, "X-Project-Id", Reason.INVALID_PROJECT)
        if not named:
            if self._project_id is None:
                raise BadUserInput("`X-Project-Id` has to name the project.", Reason.INVALID_PROJECT)
            return self._project_id
        if not _PROJECT.fullmatch(named):
            raise BadUserInput(
                "`X-Project-Id` has to be 1 to 64 letters, digits, hyphens or underscores.", Reason.INVALID_PROJECT
            )
        if not self._callers_choose_project and named != self._project_id:
            raise BadUserInput(
                "This gateway serves one project, and `X-Project-Id` names another. Leave the header out.",
                Reason.INVALID_PROJECT,
            )
        return named


def _only(headers: RequestHeaders, name: str, reason: Reason) -> str | None:
    values = headers.getlist(name)
    if len(values) > 1:
        raise BadUserInput(f"`{name}` is sent {len(values)} times; send it once.", reason)
    return values[0].strip() if values else None
