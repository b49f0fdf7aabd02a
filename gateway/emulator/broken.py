"""Faults of the connection: the true answer comes slowly, in part, or not at all."""

from gateway.emulator.exchange import Exchange
from gateway.emulator.replaced import SpoiltAnswer


class Hang(SpoiltAnswer, tag="hang"):
    """Silence: until the caller gives up, or for some seconds before the true answer."""

    seconds: float | None = None

    async def deliver(self, exchange: Exchange) -> None:
        """Wait."""
        if self.seconds is None:
            await exchange.until_disconnect()
        else:
            await exchange.pause(self.seconds)
            await exchange.respond(exchange.answer)


class Drip(SpoiltAnswer, tag="drip"):
    """The true answer in small pieces with a pause after each: no single read is slow, the whole is."""

    seconds: float = 0.2
    size: int = 1

    async def deliver(self, exchange: Exchange) -> None:
        """Send the pieces."""
        answer = exchange.answer
        await exchange.start(answer, length=len(answer.body))
        for start in range(0, len(answer.body), self.size):
            await exchange.write(answer.body[start : start + self.size])
            await exchange.pause(self.seconds)
        await exchange.write(b"", more=False)


class EndlessHeaders(SpoiltAnswer, tag="endless_headers"):
    """One more header after each pause, never the last one (needs a socket)."""

    seconds: float = 0.2

    async def deliver(self, exchange: Exchange) -> None:
        """Send headers until the caller gives up."""
        await exchange.endless_headers(self.seconds)


class Reset(SpoiltAnswer, tag="reset"):
    """The connection is reset before the headers (needs a socket)."""

    async def deliver(self, exchange: Exchange) -> None:
        """Reset."""
        await exchange.cut(sent=None, reset=True)


class ResetBody(SpoiltAnswer, tag="reset_body"):
    """The connection is reset within the body (needs a socket)."""

    async def deliver(self, exchange: Exchange) -> None:
        """Send half, then reset."""
        await exchange.cut(sent=len(exchange.answer.body) // 2, reset=True)


class Truncated(SpoiltAnswer, tag="truncated"):
    """The connection ends in order, but before the announced length is reached (needs a socket)."""

    async def deliver(self, exchange: Exchange) -> None:
        """Send half, then close."""
        await exchange.cut(sent=len(exchange.answer.body) // 2, reset=False)


AnyBroken = Hang | Drip | EndlessHeaders | Reset | ResetBody | Truncated
