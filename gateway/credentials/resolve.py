"""The caller's headers, resolved to one credential and one project.

A credential that a request brings comes first: a token or a signature, never both. Where it brings none,
and the gateway holds a key, callers that are admitted read with that.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.credentials.admission import Admission
from gateway.credentials.headers import RequestHeaders, only
from gateway.credentials.held_key import HeldKey
from gateway.credentials.kinds import Credential, ForwardedToken, Kind, scope_digest
from gateway.credentials.presigned import read_presigned
from gateway.credentials.refusals import Refusals
from gateway.credentials.secret import Secret
from gateway.credentials.signing import ALGORITHM
from gateway.errors import BadUserInput, Reason, Unauthenticated

CREDENTIAL_HEADERS = ("X-Auth-Token", "Authorization", "X-Sdk-Date", "X-Security-Token", "X-Project-Id")
"""Every request header that decides what a caller may see; answers vary by them."""

MAX_TOKEN_LENGTH = 32_768
"""Characters; the vendor's limit for one header is 32 KB."""

_TOKEN = re.compile(r"[\x21-\x7e]+")
_PROJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Caller:
    """A credential, and the project it asks for."""

    credential: Credential
    project_id: str


def is_token(text: str) -> bool:
    """Whether a text can be sent as a token."""
    return len(text) <= MAX_TOKEN_LENGTH and _TOKEN.fullmatch(text) is not None


class CallerResolver:
    """Resolves headers to callers.

    Args:
        secret: Keys the digests that stand for credentials.
        clock: Seconds since the epoch.
        project_id: The project asked for where the caller names none; None where every caller has to.
        callers_choose_project: Whether `X-Project-Id` may name another one.
        kinds: The kinds that are accepted.
        held_key: The gateway's own key, with the kind `key`.
        admission: Lets callers use it; None where everyone may.
    """

    def __init__(
        self,
        *,
        secret: bytes,
        clock: Callable[[], float],
        project_id: str | None,
        callers_choose_project: bool,
        kinds: frozenset[Kind] = frozenset({Kind.TOKEN, Kind.PRESIGNED}),
        held_key: HeldKey | None = None,
        admission: Admission | None = None,
    ) -> None:
        self._secret = secret
        self._project_id = project_id
        self._callers_choose_project = callers_choose_project
        self._kinds = kinds
        self._held_key = held_key
        self._admission = admission
        self._refusals = Refusals(clock)

    @property
    def challenge(self) -> str:
        """`WWW-Authenticate`: the kinds that are accepted."""
        names = {Kind.TOKEN: "X-Auth-Token", Kind.PRESIGNED: ALGORITHM}
        if self._admission is not None:
            names[Kind.KEY] = self._admission.challenge
        return ", ".join(names[kind] for kind in Kind if kind in self._kinds and kind in names)

    @property
    def further_headers(self) -> Sequence[str]:
        """What decides beside `CREDENTIAL_HEADERS`: a header of the gateway's own for its access tokens."""
        known = {name.lower() for name in CREDENTIAL_HEADERS}
        own = self._admission.header if self._admission else CREDENTIAL_HEADERS[0]
        return () if own.lower() in known else (own,)

    def resolve(self, headers: RequestHeaders) -> Caller | None:
        """The caller, or None where the headers hold no credential.

        Raises:
            BadUserInput: `INVALID_CREDENTIAL` or `INVALID_PROJECT`.
            Unauthenticated: The credential is of a kind that is not accepted, or no access token of this gateway.
        """
        token = only(headers, "X-Auth-Token", Reason.INVALID_CREDENTIAL)
        presigned = read_presigned(headers)
        access_token = self._admission.sent(headers) if self._admission else None
        self._check_one_kind(token, presigned, access_token)
        if token is not None:
            return Caller(self._forwarded(token), self._project(headers, None))
        if presigned is not None:
            self._check_accepted(Kind.PRESIGNED, f"Authorization: {ALGORITHM}")
            return Caller(presigned, self._project(headers, None))
        if self._held_key is None:
            return None
        allowed = None
        if self._admission is not None:
            if access_token is None:
                return None
            allowed = self._admission.projects(access_token)
        project_id = self._project(headers, allowed)
        return Caller(self._held_key.for_project(project_id), project_id)

    def _forwarded(self, token: str) -> ForwardedToken:
        self._check_accepted(Kind.TOKEN, "X-Auth-Token")
        if not is_token(token):
            raise BadUserInput(
                f"`X-Auth-Token` has to be 1 to {MAX_TOKEN_LENGTH} visible ASCII characters without spaces.",
                Reason.INVALID_CREDENTIAL,
            )
        return ForwardedToken(Secret(token), scope_digest(self._secret, Kind.TOKEN, token), self._refusals)

    def _check_accepted(self, kind: Kind, sent: str) -> None:
        if kind not in self._kinds:
            raise Unauthenticated(
                f"This gateway does not accept `{sent}`. Leave it out; `WWW-Authenticate` names what it accepts."
            )

    def _check_one_kind(self, token: str | None, presigned: Credential | None, access_token: str | None) -> None:
        if token is not None and presigned is not None:
            raise BadUserInput(
                f"`X-Auth-Token` and `Authorization: {ALGORITHM}` are two credentials. Drop `X-Auth-Token`: beside a "
                "signature it is not needed, whatever the table of headers in the vendor's documents says.",
                Reason.INVALID_CREDENTIAL,
            )
        if self._admission is not None and access_token is not None and (token or presigned):
            raise BadUserInput(
                f"`{self._admission.example}` is an access token of this gateway, and the request holds a credential "
                f"for the upstream as well. Drop `{self._admission.header}` to read with the latter.",
                Reason.INVALID_CREDENTIAL,
            )

    def _project(self, headers: RequestHeaders, allowed: Sequence[str] | None) -> str:
        """The project asked for; `allowed` are those of an access token, none of them meaning the default one."""
        named = only(headers, "X-Project-Id", Reason.INVALID_PROJECT)
        if named is None:
            return self._default_project(allowed)
        if not _PROJECT.fullmatch(named):
            raise BadUserInput(
                "`X-Project-Id` has to be 1 to 64 letters, digits, hyphens or underscores.", Reason.INVALID_PROJECT
            )
        if allowed:
            if named not in allowed:
                raise BadUserInput(
                    "`X-Project-Id` names a project that this access token does not open.", Reason.INVALID_PROJECT
                )
            return named
        if named != self._project_id and (allowed is not None or not self._callers_choose_project):
            raise BadUserInput(
                "This gateway serves one project, and `X-Project-Id` names another. Leave the header out.",
                Reason.INVALID_PROJECT,
            )
        return named

    def _default_project(self, allowed: Sequence[str] | None) -> str:
        if self._project_id is not None and (not allowed or self._project_id in allowed):
            return self._project_id
        if allowed and len(allowed) == 1:
            return allowed[0]
        raise BadUserInput("`X-Project-Id` has to name the project.", Reason.INVALID_PROJECT)
