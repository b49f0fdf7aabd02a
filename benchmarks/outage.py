"""The upstream is dead for a minute: `python -m benchmarks.outage`.

1 000 clients in one scope poll 50 lists every 5 seconds; a minute later the upstream breaks for a minute, by
refusing at once (503) or by keeping silent. `warm` are these clients; `cold` are 1 000 who come with the outage
and ask for 50 lists that nobody has read. Time is virtual, as in `benchmarks.polling`.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from benchmarks.scene import Seen, open_scene, table
from tests.support import virtual_time

KINDS: Mapping[str, Mapping[str, Any]] = {"503": {"kind": "status", "status": 503}, "silence": {"kind": "hang"}}


async def measure(kind: str, *, warm: bool) -> Mapping[str, str]:
    """A line of the table: what was answered during the outage, and after it."""
    seen, after = Seen(), Seen()
    async with open_scene(tokens=1) as scene:
        assets = scene.emulator.catalogue().asset_ids(100)
        assets = assets[:50] if warm else assets[50:]
        callers = [scene.caller(0)]
        if warm:
            await scene.poll(callers, assets, Seen(), until=60)
        else:
            await asyncio.sleep(60)
        scene.emulator.journal.clear()
        scene.emulator.fault(**KINDS[kind])
        began = asyncio.get_running_loop().time()
        await scene.poll(callers, assets, seen, until=began + 60)
        calls = len(scene.emulator.journal)
        scene.emulator.clear()
        await scene.poll(callers, assets, after, until=began + 180)
        good = next((call.time for call in scene.emulator.journal if call.status == 200), 0.0)
        broke = scene.emulator.clock() - asyncio.get_running_loop().time() + began
    return {
        "outage": kind,
        "caches": "warm" if warm else "cold",
        "upstream calls in it": f"{calls}",
        **seen.row(),
        "first good call after it": f"{good - broke - 60:.1f} s",
    }


def main() -> None:
    """Prints the table."""
    print(table([virtual_time.run(partial(measure, kind, warm=warm)) for kind in KINDS for warm in (True, False)]))


if __name__ == "__main__":
    main()
