"""Keys of the caches: digests of everything that an entry depends on, whoever may see it first of all."""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

FORMAT = "2"
"""Part of every key: entries of another format are never read."""


class KeyFunction(Protocol):
    """Makes a block's key; `cache_key` is the one."""

    def __call__(self, secret: bytes, scope: str, /, *parts: str) -> str:
        """The key for what was asked under a scope."""
        ...


class RequestKeyFunction(Protocol):
    """Makes a request's key; `request_key` is the one."""

    def __call__(self, secret: bytes, caller: Sequence[bytes], /, *parts: bytes) -> str:
        """The key for what was asked by a caller."""
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


def request_key(secret: bytes, caller: Sequence[bytes], *parts: bytes) -> str:
    """A key for a request, the same octets of which get the same answer: a digest of all that decides it.

    SHA-256, because processors have instructions for it: this is done for every request.

    Args:
        secret: Without it no credential can be tried against a key.
        caller: What names the caller, always as many. No header holds a NUL, so that no value can pose as two.
        parts: What was asked, always as many; only the last may hold a NUL.
    """
    return hashlib.sha256(b"\0".join((secret, *caller, *parts))).hexdigest()


@dataclass(frozen=True)
class Keys:
    """How keys are made, of both kinds."""

    of_block: KeyFunction = cache_key
    of_request: RequestKeyFunction = request_key


KEYS = Keys()
