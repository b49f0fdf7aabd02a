"""The pictures of a task: which seconds of the video they show, and where they are."""

from collections.abc import Mapping, Sequence
from typing import Any

_DEFAULT_STEP = 12  # the vendor's default of `time`
_QUANTITY_STEP = 60  # invented: a quantity without `quantity_time` is spread over an unknown duration


def seconds(row: Mapping[str, Any]) -> Sequence[int]:
    """The second of each snapshot of a row, in order; as many as `thumbnail_count` says."""
    parameters = row.get("thumbnail_para")
    if not isinstance(parameters, dict):
        parameters = {}
    dots = parameters.get("dots")
    if isinstance(dots, list):
        return dots
    count, step = row.get("thumbnail_count"), parameters.get("time")
    if parameters.get("type") == "quantity":
        step = parameters.get("quantity_time") or _QUANTITY_STEP
        count = parameters.get("quantity") if count is None else count
    step = step if isinstance(step, int) and step > 0 else _DEFAULT_STEP
    count = count if isinstance(count, int) and count >= 0 else 1
    return range(0, count * step, step)


def page(row: Mapping[str, Any], offset: int, limit: int, base_url: str) -> tuple[int, list[dict[str, Any]]]:
    """The total and one page of a row's snapshots, with urls on the emulator's own origin."""
    all_seconds = seconds(row)
    folder = f"{base_url}/snapshot/sample/{row.get('task_id')}"
    window = all_seconds[offset : offset + limit]
    return len(all_seconds), [{"offset": second, "url": f"{folder}/{second}.jpg"} for second in window]
