"""The ways in which an upstream fails, and what the gateway makes of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.support.line import Line

PASSING = frozenset({"RATE_LIMITED", "UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE"})
"""The codes for which a stale copy stands in."""


class CanFail(Protocol):
    """An emulator, in this process or another."""

    def fault(self, kind: str, **options: Any) -> None:
        """Spoils answers from now on."""
        ...


@dataclass(frozen=True)
class UpstreamFault:
    """A fault of every call.

    Args:
        name: In tests and tables.
        options: What the emulator is told; nothing where the line itself is bent.
        origin: Where the line is bent to; `{host}` is the emulator's.
        code: What a page is answered with where nothing is remembered; None where it is answered.
        again: Whether the read is tried again.
        retry_after: The `retryAfterSeconds` that comes with the code.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    origin: str | None = None
    code: str | None = None
    again: bool = False
    retry_after: float | None = None

    @property
    def stands_in(self) -> bool:
        """Whether a stale copy is answered instead of the error."""
        return self.code in PASSING

    def strike(self, emulator: CanFail, line: Line) -> None:
        """From now on every call meets it."""
        if self.options:
            emulator.fault(**self.options)
        if self.origin is not None:
            line.origin = self.origin.format(host=line.origin.partition("//")[2])


def _timeout(name: str, **options: Any) -> UpstreamFault:
    return UpstreamFault(name, options, code="UPSTREAM_TIMEOUT", again=True)


def _unavailable(name: str, origin: str | None = None, **options: Any) -> UpstreamFault:
    return UpstreamFault(name, options, origin, code="UPSTREAM_UNAVAILABLE", again=True)


def _limited(name: str, seconds: float, **options: Any) -> UpstreamFault:
    return UpstreamFault(name, options, code="RATE_LIMITED", retry_after=seconds)


def _told(name: str, told: str | None, /, **options: Any) -> UpstreamFault:
    return UpstreamFault(name, options, code=told)


FAULTS: Sequence[UpstreamFault] = (
    _told("slow", None, kind="hang", seconds=0.1),
    _timeout("hang", kind="hang"),
    _timeout("drip", kind="drip"),
    _timeout("endless headers", kind="endless_headers"),
    _unavailable("reset before the headers", kind="reset"),
    _unavailable("reset inside the body", kind="reset_body"),
    _unavailable("truncated", kind="truncated"),
    _limited("429 with the vendor's hint", 60, kind="throttled"),
    _limited("429 with Retry-After", 7, kind="throttled", retry_after=7),
    _limited("429 without a hint", 5, kind="status", status=429, message="slow down"),
    _unavailable("500", kind="status", status=500),
    _unavailable("502", kind="status", status=502),
    _unavailable("503", kind="status", status=503),
    _unavailable("502 in HTML", kind="html", status=502),
    _told("200 in HTML", "UPSTREAM_INVALID_RESPONSE", kind="html"),
    _told("200 without a body", "UPSTREAM_INVALID_RESPONSE", kind="body"),
    _told("huge", "UPSTREAM_INVALID_RESPONSE", kind="huge"),
    _told("gzip bomb", "UPSTREAM_INVALID_RESPONSE", kind="gzip_bomb"),
    _told("wrong types", "UPSTREAM_INVALID_RESPONSE", kind="wrong_types"),
    _told("401", "UNAUTHENTICATED", kind="status", status=401),
    _told("403", "FORBIDDEN", kind="status", status=403),
    _told("403 for a bad token", "UNAUTHENTICATED", kind="status", status=403, code="VOD.10054"),
    _unavailable("TLS refused", origin="https://{host}"),
    _unavailable("DNS gone", origin="http://gone.invalid"),
)
