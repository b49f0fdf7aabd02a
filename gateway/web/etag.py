"""The name of an answer's octets, and requests that hold them already (RFC 9110, sections 8.8.3 and 13.1.2)."""

import hashlib


def etag_of(body: bytes | memoryview) -> str:
    """The strong entity tag of a body."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def is_known(if_none_match: str | None, etag: str | None) -> bool:
    """Whether a request's `If-None-Match` names the body."""
    if not if_none_match or not etag:
        return False
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return any(tag in {etag, "*"} for tag in tags)
