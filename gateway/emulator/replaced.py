"""Faults that send something else than the true answer, in good order."""

import zlib
from collections.abc import Iterator
from dataclasses import replace

from gateway.emulator.answers import Answer, RefusedError, default_error, throttled
from gateway.emulator.exchange import Exchange
from gateway.emulator.faults import Fault

_MEGABYTE = 1 << 20
_OPENING, _CLOSING = b'{"total":0,"thumbnails":[', b"]}"


class SpoiltAnswer(Fault):
    """A fault that sends something else than the answer, or sends it badly."""

    async def deliver(self, exchange: Exchange) -> None:
        """Send the spoilt answer."""
        raise NotImplementedError


class Status(SpoiltAnswer, tag="status"):
    """An error status with a body in the vendor's shape; code and message follow from the status if not given."""

    status: int = 503
    code: str | None = None
    message: str | None = None

    async def deliver(self, exchange: Exchange) -> None:
        """Send the refusal."""
        usual = default_error(self.status)
        refusal = RefusedError(self.status, self.code or usual.code, self.message or usual.message)
        await exchange.respond(refusal.answer(exchange.call.request_id))


class Throttled(SpoiltAnswer, tag="throttled"):
    """429 in the vendor's words, without counting; `retry_after` adds the header that the vendor does not document."""

    limit: int = 100
    retry_after: int | None = None

    async def deliver(self, exchange: Exchange) -> None:
        """Send the refusal."""
        refusal = throttled(self.limit).answer(exchange.call.request_id)
        headers = [] if self.retry_after is None else [("retry-after", str(self.retry_after))]
        await exchange.respond(Answer(refusal.status, refusal.body, headers=headers))


class Html(SpoiltAnswer, tag="html"):
    """A page instead of JSON: 200 as a captive portal does it, 502 as a broken proxy does."""

    status: int = 200

    async def deliver(self, exchange: Exchange) -> None:
        """Send the page."""
        page = b"<html><head><title>Under maintenance</title></head><body><h1>Under maintenance</h1></body></html>"
        await exchange.respond(Answer(self.status, page, "text/html"))


class Body(SpoiltAnswer, tag="body"):
    """A body given word for word; the default is none at all, `{}` is another one worth trying."""

    text: str = ""
    status: int = 200

    async def deliver(self, exchange: Exchange) -> None:
        """Send the text."""
        await exchange.respond(Answer(self.status, self.text.encode()))


class Redirect(SpoiltAnswer, tag="redirect"):
    """A redirect to somewhere else, which no caller with a credential should follow."""

    location: str = "http://127.0.0.1:9/elsewhere"
    status: int = 302

    async def deliver(self, exchange: Exchange) -> None:
        """Send the redirect."""
        await exchange.respond(Answer(self.status, b"", headers=[("location", self.location)]))


class Headers(SpoiltAnswer, tag="headers"):
    """The true answer with more headers, such as a `set-cookie` that must not be kept."""

    headers: dict[str, str]

    async def deliver(self, exchange: Exchange) -> None:
        """Send both."""
        await exchange.respond(replace(exchange.answer, headers=list(self.headers.items())))


class Huge(SpoiltAnswer, tag="huge"):
    """A valid answer blown up with blanks to some megabytes, in chunks: its length is not announced."""

    megabytes: int = 50

    async def deliver(self, exchange: Exchange) -> None:
        """Send the megabytes."""
        await exchange.start(Answer(200, b""), length=None)
        await exchange.write(_OPENING)
        for _ in range(self.megabytes * 16):
            await exchange.write(b" " * (_MEGABYTE // 16))
        await exchange.write(_CLOSING, more=False)


class GzipBomb(SpoiltAnswer, tag="gzip_bomb"):
    """A valid answer of some megabytes of blanks, a thousandth of that on the wire."""

    megabytes: int = 300

    async def deliver(self, exchange: Exchange) -> None:
        """Send the bomb."""
        await exchange.start(Answer(200, b"", headers=[("content-encoding", "gzip")]), length=None)
        for piece in self._pieces():
            await exchange.write(piece)
        await exchange.write(b"", more=False)

    def _pieces(self) -> Iterator[bytes]:
        # One deflate stream: many decoders stop after the first of several gzip members. A full flush makes the
        # megabyte of blanks independent of what precedes it, so it is compressed once and sent many times.
        blanks = b" " * _MEGABYTE
        deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        yield b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
        yield deflate.compress(_OPENING) + deflate.flush(zlib.Z_FULL_FLUSH)
        megabyte = deflate.compress(blanks) + deflate.flush(zlib.Z_FULL_FLUSH)
        checksum = zlib.crc32(_OPENING)
        for _ in range(self.megabytes):
            checksum = zlib.crc32(blanks, checksum)
            yield megabyte
        yield deflate.compress(_CLOSING) + deflate.flush()
        length = len(_OPENING) + self.megabytes * _MEGABYTE + len(_CLOSING)
        yield zlib.crc32(_CLOSING, checksum).to_bytes(4, "little") + (length & 0xFFFFFFFF).to_bytes(4, "little")


AnyReplaced = Status | Throttled | Html | Body | Redirect | Headers | Huge | GzipBomb
