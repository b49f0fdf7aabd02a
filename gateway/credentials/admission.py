"""Who may use the gateway's own key: access tokens of the gateway's own, each with its projects."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.credentials.headers import RequestHeaders, only
from gateway.errors import Reason, Unauthenticated


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token, kept as its digest, and the projects that it opens.

    Args:
        digest: SHA-256 of the token.
        projects: Empty for the gateway's default project.
    """

    digest: bytes = field(repr=False)
    projects: Sequence[str]


def read_access_tokens(text: str) -> list[AccessToken]:
    """The tokens of the setting: entries separated by blanks, each `TOKEN` or `TOKEN:PROJECT,PROJECT`."""
    entries = (entry.partition(":") for entry in text.split())
    return [AccessToken(_digest(token), projects.split(",") if projects else ()) for token, _, projects in entries]


class Admission:
    """Lets callers use the held key.

    Args:
        tokens: Several at once, so that one can be replaced while both are good.
        header: Where callers send theirs: as `Bearer TOKEN` in `Authorization`, alone in any other header.
    """

    def __init__(self, tokens: Iterable[AccessToken], *, header: str) -> None:
        self._tokens = list(tokens)
        self.header = header
        self._bearer = header.lower() == "authorization"

    @property
    def challenge(self) -> str:
        """What `WWW-Authenticate` calls it."""
        return "Bearer" if self._bearer else self.header

    @property
    def example(self) -> str:
        """How a caller sends its token, for messages."""
        return "Authorization: Bearer" if self._bearer else self.header

    def sent(self, headers: RequestHeaders) -> str | None:
        """The access token of a request, good or not."""
        value = only(headers, self.header, Reason.INVALID_CREDENTIAL)
        if value is None or not self._bearer:
            return value
        scheme, _, token = value.partition(" ")
        return (token.strip() or None) if scheme.lower() == "bearer" else None

    def projects(self, token: str) -> Sequence[str]:
        """The projects that a token opens; empty for the gateway's default.

        Raises:
            Unauthenticated: It is none of the tokens.
        """
        digest, found = _digest(token), None
        for known in self._tokens:  # all of them, so that the time tells nothing
            if hmac.compare_digest(known.digest, digest):
                found = known.projects
        if found is None:
            raise Unauthenticated(f"The access token in `{self.example}` is not one of this gateway's.")
        return found


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
