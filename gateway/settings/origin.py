"""Where the upstream is: a scheme, a host and at most a port."""

import re

import httpx

_FORM = re.compile(r"https?://([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?/?")


def origin(value: str) -> str:
    """The origin without a slash at its end.

    Raises:
        ValueError: It is none, or none that requests can be sent to.
    """
    if not _FORM.fullmatch(value):
        raise ValueError("has to be a scheme and a host, such as https://vod.REGION.example.com")
    try:
        port = httpx.URL(value).port
    except httpx.InvalidURL as problem:
        raise ValueError("names an address that is none") from problem
    if port is not None and not 1 <= port <= 65_535:
        raise ValueError("names a port that is none")
    return value.rstrip("/")
