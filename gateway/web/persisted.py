"""Documents that clients name instead of sending them.

Automatic persisted queries are Apollo's protocol: a client sends the SHA-256 of a document in
`extensions.persistedQuery`, and the document itself once if it is not known. Trusted documents come from a
manifest that the clients' build wrote, and are named by `documentId` (GraphQL over HTTP, appendix A) or as
automatic ones are.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from gateway.cache.recent import Recent
from gateway.errors import BadUserInput, PersistedQueryNotFound, Reason
from gateway.web.graphql_request import GraphQLRequest, HttpError, malformed

_DIGEST_PREFIX = "sha256:"


class ManifestError(Exception):
    """A manifest of trusted documents cannot be read."""


@dataclass(frozen=True)
class Asked:
    """The document to run, and the digest under which a sound one is to be remembered, if any."""

    text: str
    digest: str | None = None


class PersistedDocuments:
    """Finds the document of a request.

    Args:
        trusted: Documents by id, as `read_manifest` gives them.
        trusted_only: Whether no others are run.
        automatic: Remembers the others by digest; None where automatic persisted queries are off.
    """

    def __init__(
        self, trusted: Mapping[str, str], *, trusted_only: bool = False, automatic: Recent[str] | None = None
    ) -> None:
        self._trusted = {**{_DIGEST_PREFIX + digest_of(text): text for text in trusted.values()}, **trusted}
        self._trusted_only = trusted_only
        self._automatic = None if trusted_only else automatic

    def find(self, request: GraphQLRequest) -> Asked:
        """The document that a request asks for.

        Raises:
            PersistedQueryNotFound: It is named, and not known here.
            HttpError: 422 where the request does not fit itself, 403 where its document is not trusted.
        """
        digest = _automatic_digest(request.extensions)
        if request.document_id is not None and digest is not None:
            raise malformed("The document is named twice, by `documentId` and by `extensions.persistedQuery`.")
        name = request.document_id or digest
        if request.query is None:
            if name is None:
                raise malformed("`query` is missing: the GraphQL document to run.")
            return Asked(self._known(name))
        if name is not None:
            digest = self._check_name(name, request.query)
        if self._trusted_only and _DIGEST_PREFIX + digest_of(request.query) not in self._trusted:
            message = "This gateway runs only the documents of its manifest."
            raise HttpError(403, BadUserInput(message, Reason.DOCUMENT_NOT_TRUSTED))
        return Asked(request.query, digest)

    def remember(self, asked: Asked) -> None:
        """Keeps a document that has proved to be sound, if its client asked for that."""
        if self._automatic is not None and asked.digest is not None:
            self._automatic.put(asked.digest, asked.text, size=len(asked.text.encode()))

    def _known(self, name: str) -> str:
        text = self._trusted.get(name) or self._trusted.get(_DIGEST_PREFIX + name)
        if text is None and self._automatic is not None:
            text = self._automatic.get(name.removeprefix(_DIGEST_PREFIX))
        if text is None:
            raise PersistedQueryNotFound("PersistedQueryNotFound")  # the message is part of Apollo's protocol
        return text

    def _check_name(self, name: str, text: str) -> str:
        """The digest of a document that is sent with a name."""
        digest = digest_of(text)
        if name.removeprefix(_DIGEST_PREFIX) != digest and self._trusted.get(name) != text:
            raise malformed("The document does not have the SHA-256 that it is named by.")
        return digest


def digest_of(text: str) -> str:
    """The SHA-256 of a document, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_manifest(octets: bytes) -> Mapping[str, str]:
    """The documents of a manifest by id: Relay's persisted queries, or Apollo's persisted query manifest.

    Raises:
        ManifestError: It is neither.
    """
    try:
        manifest = msgspec.json.decode(octets)
        if isinstance(manifest, dict) and manifest.get("format") == "apollo-persisted-query-manifest":
            if manifest.get("version") != 1:
                raise ManifestError("its version is not 1")
            documents = {operation["id"]: operation["body"] for operation in manifest["operations"]}
        else:
            documents = manifest
        return msgspec.convert(documents, dict[str, str])
    except (msgspec.MsgspecError, UnicodeError, KeyError, TypeError, AttributeError) as problem:
        raise ManifestError("it is no manifest of Relay's or Apollo's") from problem


def _automatic_digest(extensions: Mapping[str, Any]) -> str | None:
    named = extensions.get("persistedQuery")
    if named is None:
        return None
    digest = named.get("sha256Hash") if isinstance(named, dict) else None
    if not isinstance(digest, str) or not digest or named.get("version") != 1:
        raise malformed("`extensions.persistedQuery` has to have `version: 1` and a `sha256Hash`.")
    return digest
