"""Replicas with one Redis and without: `python -m benchmarks.replicas`.

1 000 clients in one scope poll 50 lists every 5 seconds for two minutes, as in `benchmarks.polling`; a balancer
gives the replicas turns. Time is virtual and stands still while a real redis-server is asked.
"""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

from benchmarks.scene import SECRET, Seen, open_scene, table
from tests.support import virtual_time
from tests.support.redis import redis_server

SECONDS = 120
BUDGET = {"upstream_calls_per_minute": 100, "upstream_scope_percent": 100}


async def measure(replicas: int, limit: int | None, store: str | None, settings: Mapping[str, Any]) -> dict[str, str]:
    """A line of the table."""
    seen = Seen()
    shared = {"cache": store, "cache_secret": SECRET.decode()} if store else {}
    async with open_scene(tokens=1, limit=limit, replicas=replicas, **shared, **settings) as scene:
        assets = scene.emulator.catalogue().asset_ids(50)
        await scene.poll([scene.caller(0)], assets, seen, until=SECONDS)
        calls = list(scene.emulator.journal)
    by_minute = Counter(int(call.time - calls[0].time) // 60 for call in calls)
    return {
        "replicas": f"{replicas}",
        "Redis": "yes" if store else "no",
        "budget": f"{settings.get('upstream_calls_per_minute', 'none')}",
        "upstream allows": f"{limit or 'all'}",
        "upstream calls a minute": f"{by_minute[0]}, {by_minute[1]}",
        "of these 429": f"{sum(call.status == 429 for call in calls)}",
        **seen.row(),
    }


def main() -> None:
    """Prints the table."""
    rows = []
    for limit, settings in ((None, {}), (100, BUDGET)):
        for replicas in (1, 2, 4):
            rows.append(virtual_time.run(partial(measure, replicas, limit, None, settings)))
            with redis_server() as server:
                rows.append(virtual_time.run(partial(measure, replicas, limit, server.url, settings)))
    print(table(rows))


if __name__ == "__main__":
    main()
