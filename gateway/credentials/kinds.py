"""The kinds of credential. What a kind is decides what may be remembered and shared under it."""

import hashlib
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import ClassVar, Protocol

from typing_extensions import override

from gateway.credentials.refusals import KnownRefusal, Refusals
from gateway.credentials.secret import Secret
from gateway.errors import Unauthenticated


class Kind(StrEnum):
    """The kinds, by the names that settings, logs and metrics use."""

    TOKEN = "token"  # noqa: S105  a kind's name
    PRESIGNED = "presigned"
    KEY = "key"


class Credential(Protocol):
    """Lets requests into the upstream.

    Args:
        kind: Its name.
        scope: The set of callers that may share what is remembered under it, as a digest that gives
            nothing away; None where nothing may be remembered.
        one_request: Whether it is good for one upstream request only, which is never tried again.
    """

    kind: ClassVar[Kind]
    one_request: ClassVar[bool]

    @property
    def scope(self) -> str | None:
        """The digest of the callers that share what is remembered, or None."""
        ...

    def attempt(self) -> AbstractAsyncContextManager[None]:
        """Surrounds one upstream read, its retries included, and learns from how it ends.

        Raises:
            GatewayError: On entering, as `check`.
        """
        ...

    def check(self) -> None:
        """Asked right before each call too: what waited for a place may have been refused to others meanwhile.

        Raises:
            GatewayError: It is known already that the upstream would refuse it.
        """
        ...

    def authorise(self, method: str, host: str, target: str) -> Mapping[str, str]:
        """The headers that let one request in; `target` is its path and query as sent."""
        ...


class ForwardedToken(Credential):
    """The caller's own IAM token, passed on as it came.

    Args:
        token: The token.
        scope: The digest of the whole of it.
        refusals: Remembers for a while that it was refused.
    """

    kind: ClassVar[Kind] = Kind.TOKEN
    one_request: ClassVar[bool] = False

    def __init__(self, token: Secret, scope: str, refusals: Refusals) -> None:
        self._token = token
        self._scope = scope
        self._refusals = refusals

    @property
    @override
    def scope(self) -> str:
        return self._scope

    @override
    def attempt(self) -> AbstractAsyncContextManager[None]:
        return _TokenAttempt(self)

    def refused(self) -> None:
        """Notes that the upstream refused it."""
        self._refusals.add(self._scope)

    @override
    def check(self) -> None:
        if self._refusals.seconds_left(self._scope):
            raise KnownRefusal(
                "The upstream refused this token a moment ago: it is wrong, expired or revoked. Get a new one."
            )

    @override
    def authorise(self, method: str, host: str, target: str) -> Mapping[str, str]:
        return {"X-Auth-Token": self._token.reveal()}


class _TokenAttempt(AbstractAsyncContextManager[None]):
    """A class, because a generator for each call costs three times as much."""

    def __init__(self, token: ForwardedToken) -> None:
        self._token = token

    @override
    async def __aenter__(self) -> None:
        self._token.check()

    @override
    async def __aexit__(self, kind: object, problem: BaseException | None, traceback: object) -> None:
        if isinstance(problem, Unauthenticated) and not isinstance(problem, KnownRefusal):
            self._token.refused()


def scope_digest(secret: bytes, kind: Kind, identity: str) -> str:
    """A name for the holder of a credential that cannot be turned back without the secret.

    Args:
        secret: At most 64 octets; replicas that share a cache share it.
        kind: The kind of credential, so that two kinds never meet.
        identity: The whole credential.
    """
    digest = hashlib.blake2b(key=secret, digest_size=16, person=kind.encode())
    digest.update(identity.encode())
    return digest.hexdigest()
