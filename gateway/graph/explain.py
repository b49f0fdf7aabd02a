"""What an operation took, as `extensions.explain` shows it. Every member: docs/explain.md."""

from collections.abc import Callable, Sequence
from typing import Any

from gateway.graph.cost import Cost
from gateway.listing.report import PageReport, Report, WindowReport
from gateway.upstream.attempts import Attempt, Timed

MOST = 500
"""Fields and windows of one explanation; a window's calls are bounded by the attempts of one read."""


def explain(report: Report, cost: Cost, seconds: float) -> dict[str, Any]:
    """What an operation took.

    Args:
        report: What is known of it.
        cost: What it was expected to take at most.
        seconds: How long it took.
    """
    fields: list[dict[str, Any]] = []
    left = MOST
    for page in report.pages:
        if left <= 0:
            break
        windows = page.windows[: left - 1]
        left -= 1 + len(windows)
        fields.append(_field(page, windows))
    explained: dict[str, Any] = {
        "cost": {"planned": cost.calls, "actual": report.upstream_calls},
        "milliseconds": _milliseconds(seconds),
        "fields": fields,
    }
    omitted = sum(1 + len(page.windows) for page in report.pages) - (MOST - left)
    return {**explained, "omitted": omitted} if omitted else explained


def _field(page: PageReport, windows: Sequence[WindowReport]) -> dict[str, Any]:
    field = {"path": _dotted(page.path), **_ended(page), "windows": [_window(window) for window in windows]}
    if page.shared_with is not None:
        field["sharedWith"] = _dotted(page.shared_with.path)
    return field


def _window(window: WindowReport) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "offset": window.span.offset,
        "limit": window.span.limit,
        "state": window.state,
        "ageSeconds": None if window.read_at is None else round(window.age, 1),
        "search": window.search,
        **_ended(window),
    }
    if window.attempts.refused_by is not None:
        shown["refusedBy"] = window.attempts.refused_by
    target = window.target() if window.attempts.made else ""
    return {**shown, "calls": [_call(target, number, call) for number, call in enumerate(window.attempts.made, 1)]}


def _call(target: str, number: int, call: Attempt) -> dict[str, Any]:
    return {"method": "GET", "target": target, "attempt": number, **_ended(call), **call.upstream}


def _ended(work: Timed) -> dict[str, Any]:
    """How a piece of work ended; both null while it is under way."""
    return {"outcome": work.outcome, "milliseconds": None if work.seconds is None else _milliseconds(work.seconds)}


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1_000, 2)


def _dotted(path: Callable[[], Sequence[str | int]]) -> str:
    return ".".join(map(str, path()))
