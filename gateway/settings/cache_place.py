"""Where answers are kept: in memory, nowhere, or in a store that is named by a URL."""

import re
from typing import Any
from urllib.parse import unquote

_HOST = r"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
_USER = r"[A-Za-z0-9._~%!$&'()*+,;=-]*"
_FORM = re.compile(rf"memory|off|rediss?://({_USER}@)?{_HOST}(:(?P<port>\d{{1,5}}))?(/\d{{0,3}})?")
_PASSWORD = re.compile(r"(?P<before>rediss?://[^:/@]*):(?P<password>[^/@]*)(?P<after>@.*)", re.DOTALL)


def cache_place(value: str) -> str:
    """The place as it was given.

    Raises:
        ValueError: It is none.
    """
    found = _FORM.fullmatch(value)
    if not found or not 1 <= int(found["port"] or 1) <= 65_535:
        raise ValueError(
            "has to be memory, off, or a URL: redis (rediss for TLS), a host, and perhaps USER:PASSWORD, PORT, DATABASE"
        )
    return value


def password_apart(values: dict[str, Any]) -> dict[str, Any]:
    """Takes the password out of the URL, so that the rest may be shown.

    Raises:
        ValueError: There are two passwords.
    """
    found = _PASSWORD.fullmatch(str(values.get("cache", "")))
    if not found:
        return values
    if values.get("cache_password") is not None:
        raise ValueError("GATEWAY_CACHE_PASSWORD is set, and GATEWAY_CACHE holds a password too; set one")
    place = (found["before"] + found["after"]).replace("//@", "//")
    password = unquote(found["password"])
    return {**values, "cache": place} | ({"cache_password": password} if password else {})
