"""The kinds of credential. What a kind is decides what may be remembered and shared under it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from typing_extensions import override


class Credential(Protocol):
    """Lets requests into the upstream.

    Args:
        kind: Its name, in logs and metrics.
        scope: The set of callers that may share what is remembered under it, as a digest that gives
            nothing away; None where nothing may be remembered.
        one_request: Whether it is good for one upstream request only.
    """

    kind: ClassVar[str]
    one_request: ClassVar[bool]

    @property
    def scope(self) -> str | None:
        """The digest of the callers that share what is remembered, or None."""
        ...

    def authorise(self, method: str, host: str, target: str) -> Mapping[str, str]:
        """The headers that let one request in; `target` is its path and query as sent."""
        ...


@dataclass(frozen=True, slots=True)
class ForwardedToken(Credential):
    """The caller's own IAM token, passed on as it came."""

    kind: ClassVar[str] = "token"
    one_request: ClassVar[bool] = False

    token: str = field(repr=False)
    scope: str

    @override
    def authorise(self, method: str, host: str, target: str) -> Mapping[str, str]:
        return {"X-Auth-Token": self.token}


def scope_digest(secret: bytes, kind: str, identity: str) -> str:
    """A name for the holder of a credential that cannot be turned back without the secret.

    Args:
        secret: At most 64 octets; replicas that share a cache share it.
        kind: The kind of credential, so that two kinds never meet.
        identity: The whole credential.
    """
    digest = hashlib.blake2b(key=secret, digest_size=16, person=kind.encode())
    digest.update(identity.encode())
    return digest.hexdigest()
