"""1 000 clients poll 50 lists every 5 seconds for two minutes: `python -m benchmarks.polling`.

In one scope, as behind a key that the gateway holds, and in 1 000, as with tokens of their own; with the
defaults, and with a budget of 100 calls a minute; with an upstream that knows no limit, and one that allows 100.
Time is virtual; what answers is the gateway below GraphQL, over the emulator, whose every answer takes 0.1 s.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from benchmarks.scene import Seen, open_scene, table
from tests.support import virtual_time

BUDGET = {"upstream_calls_per_minute": 100}


@dataclass(frozen=True)
class Case:
    """Two minutes."""

    name: str
    scopes: int = 1
    limit: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


CASES = (
    Case("defaults"),
    Case("no early reading", settings={"cache_early_percent": 0}),
    Case("cache off", settings={"cache": "off"}),
    Case("defaults", limit=100),
    Case("budget 100", limit=100, settings=BUDGET),
    Case("budget 100, a scope may use all", limit=100, settings={**BUDGET, "upstream_scope_percent": 100}),
    Case("defaults", scopes=1_000),
    Case("defaults", scopes=1_000, limit=100),
    Case("budget 100", scopes=1_000, limit=100, settings=BUDGET),
)


async def measure(case: Case) -> Mapping[str, str]:
    """A line of the table."""
    seen = Seen()
    async with open_scene(tokens=case.scopes, limit=case.limit, **case.settings) as scene:
        assets = scene.emulator.catalogue().asset_ids(50)
        await scene.poll([scene.caller(number) for number in range(case.scopes)], assets, seen, until=120)
        calls = list(scene.emulator.journal)
    by_second = Counter(int(call.time - calls[0].time) for call in calls)
    return {
        "settings": case.name,
        "scopes": f"{case.scopes}",
        "upstream allows": f"{case.limit or 'all'}",
        "upstream calls": f"{len(calls)}",
        "of these 429": f"{sum(call.status == 429 for call in calls)}",
        "most in a second behind the 15th": f"{max((by_second[second] for second in range(15, 130)), default=0)}",
        **seen.row(),
    }


def main() -> None:
    """Prints the table."""
    print(table([virtual_time.run(partial(measure, case)) for case in CASES]))


if __name__ == "__main__":
    main()
