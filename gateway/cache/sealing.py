"""Values on their way through a store that others can read and write: encrypted, and bound to their keys.

ChaCha20-Poly1305 (RFC 8439) rather than a bare MAC: whoever reads the store, its dump or its traffic sees
sizes and times, and no rows. Each cache key has an encryption key of its own, so that a value moved under
another key does not open, and the 96 random bits of a nonce have to last for the writes of one key only.
"""

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

FORMAT = b"\x01"
"""The first octet; another one is another format."""

_NONCE = 12
_PERSON = b"seal"  # BLAKE2's personalisation keeps this use of the secret apart from the digests

OVERHEAD = len(FORMAT) + _NONCE + 16
"""How many octets a sealed value is longer."""


class Seal:
    """Seals values and opens them.

    Args:
        secret: 16 to 64 octets, the same for all who share the store.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def close(self, key: str, value: bytes) -> bytes:
        """The value, sealed under its key."""
        nonce = secrets.token_bytes(_NONCE)
        return FORMAT + nonce + self._cipher(key).encrypt(nonce, value, FORMAT)

    def open(self, key: str, sealed: bytes) -> bytes | None:
        """The value that was sealed under this key; None where it was not: changed, cut, moved or foreign."""
        if len(sealed) < OVERHEAD or not sealed.startswith(FORMAT):
            return None
        start = len(FORMAT) + _NONCE
        try:
            return self._cipher(key).decrypt(sealed[len(FORMAT) : start], sealed[start:], FORMAT)
        except InvalidTag:
            return None

    def _cipher(self, key: str) -> ChaCha20Poly1305:
        digest = hashlib.blake2b(key.encode(), key=self._secret, digest_size=32, person=_PERSON)
        return ChaCha20Poly1305(digest.digest())
