"""How callers are admitted to the gateway's own key: tokens, and the header that they stand in."""

import re

from pydantic import SecretStr

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{16,4096}=*(:[A-Za-z0-9_-]{1,64}(,[A-Za-z0-9_-]{1,64})*)?")
_TAKEN_HEADERS = {"x-auth-token", "x-sdk-date", "x-security-token", "x-project-id", "host", "cookie", "accept"}


def checked_tokens(value: SecretStr | None) -> SecretStr | None:
    """The tokens as they were given.

    Raises:
        ValueError: One has not the form, or stands twice.
    """
    entries = value.get_secret_value().split() if value else []
    tokens = {entry.partition(":")[0] for entry in entries}
    if value and (not entries or not all(_TOKEN.fullmatch(entry) for entry in entries)):
        raise ValueError(
            "has to be TOKEN or TOKEN:PROJECT,PROJECT with blanks between, tokens of 16 characters or more"
        )
    if len(tokens) < len(entries):
        raise ValueError("names a token twice")
    return value


def checked_header(value: str) -> str:
    """The header's name as it was given.

    Raises:
        ValueError: It has another meaning.
    """
    if value.lower() in _TAKEN_HEADERS:
        raise ValueError("is a header with another meaning")
    return value
