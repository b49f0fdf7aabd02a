"""Keys of the cache: digests of everything that an entry depends on, the scope first of all."""

import hashlib
import struct
from typing import Protocol

FORMAT = "2"
"""Part of every key: entries of another format are never read."""


class KeyFunction(Protocol):
    """Makes a key; `cache_key` is the one."""

    def __call__(self, secret: bytes, scope: str, /, *parts: str) -> str:
        """The key for what was asked under a scope."""
        ...


def cache_key(secret: bytes, scope: str, *parts: str) -> str:
    """A key for what was asked under a scope: the scope, a dot, and a digest of scope and parts.

    The number of the parts and their lengths come first, so that no two of them can pose as one.

    Args:
        secret: At most 64 octets. Without it no question can be read back from a key.
        scope: The digest of the callers that share the entry.
        parts: What was asked.
    """
    octets = [part.encode() for part in (FORMAT, scope, *parts)]
    count = len(octets)
    lengths = struct.pack(f">{count + 1}I", count, *map(len, octets))
    digest = hashlib.blake2b(b"".join((lengths, *octets)), key=secret, digest_size=16)
    return f"{scope}.{digest.hexdigest()}"


def scope_of(key: str) -> str:
    """The scope that a key belongs to."""
    return key.partition(".")[0]
