"""Header lines that are written as they are: uvicorn checks and joins each header by itself, every time.

The server offers it to the application as an extension of ASGI (asgi.readthedocs.io/en/latest/extensions.html): its
`add` takes lines, each with its CRLF, for the head that is sent next.
"""

from collections.abc import Callable, Sequence

from starlette.types import Scope

EXTENSION = "vod_gateway.header_lines"

RawHeaders = Sequence[tuple[bytes, bytes]]


def extension(add: Callable[[bytes], None]) -> dict[str, dict[object, object]]:
    """It, as it stands in a request's scope under `extensions`."""
    return {EXTENSION: {"add": add}}


def offered(scope: Scope) -> Callable[[bytes], None] | None:
    """What takes the lines; None where the server does not."""
    add: Callable[[bytes], None] | None = scope.get("extensions", {}).get(EXTENSION, {}).get("add")
    return add


def lines_of(headers: RawHeaders) -> bytes:
    """The lines of headers.

    Raises:
        ValueError: A line break stands in one of them.
    """
    lines = b"".join([b"%b: %b\r\n" % header for header in headers])
    if not lines.count(b"\r") == lines.count(b"\n") == len(headers):
        raise ValueError("A header holds a line break.")
    return lines


def headers_of(lines: bytes) -> RawHeaders:
    """The headers of lines."""
    split = (line.partition(b": ") for line in lines.split(b"\r\n")[:-1])
    return [(name, value) for name, _, value in split]
