"""What an answer says of its age and of who may keep it (RFC 9111)."""

from collections.abc import Mapping
from math import floor

from gateway.credentials.resolve import CREDENTIAL_HEADERS
from gateway.listing.report import Report

VARY = ", ".join(("Accept", *CREDENTIAL_HEADERS))
CACHE_NAME = "vod-gateway"
NO_STORE: Mapping[str, str] = {"Cache-Control": "no-store", "Vary": VARY}


def cache_headers(report: Report, *, failed: bool, fresh_seconds: float, now: float) -> Mapping[str, str]:
    """The headers for an answer.

    Args:
        report: What the answer was made from.
        failed: Whether it holds errors.
        fresh_seconds: How long an upstream answer is fresh.
        now: Seconds since the epoch.
    """
    if failed or report.oldest is None or not report.shareable:
        return NO_STORE
    age = max(0, floor(now - report.oldest))
    lifetime = 0 if report.stale else floor(fresh_seconds)
    return {
        "Cache-Control": f"private, max-age={lifetime}",
        "Age": str(age),
        "Cache-Status": cache_status(floor(fresh_seconds) - age) if report.remembered else f"{CACHE_NAME}; fwd=miss",
        "Vary": VARY,
    }


def cache_status(ttl: int) -> str:
    """What is said of an answer from memory (RFC 9211): the seconds that it is fresh for, below 0 since it is stale."""
    return f"{CACHE_NAME}; hit; ttl={ttl}"


def read_at(report: Report, *, failed: bool) -> float | None:
    """When the oldest part of an answer was read that may be given to another request of its caller; else None."""
    return None if failed or not report.shareable else report.oldest


def age_of_stale(report: Report, now: float) -> int | None:
    """The age in seconds of an answer served stale; None for a fresh one."""
    return max(0, floor(now - report.oldest)) if report.stale and report.oldest is not None else None
