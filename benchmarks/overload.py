"""Four times the load that the gateway can bear, for 30 seconds: `python -m benchmarks.overload`.

First the sustainable rate is found: as many requests in turn as a few connections can get answered. Then
requests begin at a steady rate whatever becomes of those before (an open loop), each on a connection from
a pool that grows as far as it must.
"""

import asyncio
import time
from collections import Counter

from benchmarks.process import Process, gateway_process
from tests.support.hostile import ask

QUERY = ask(
    "query($after: String){thumbnailTasks(first: 20, after: $after)"
    "{edges{cursor node{id taskId thumbnailCount parameters{type time}}} pageInfo{hasNextPage endCursor}}}"
)[0]

CLOSED_SECONDS = 5
OPEN_SECONDS = 30
TIMES = 4
MOST_CONNECTIONS = 2_000


class Pool:
    """Connections that are kept alive."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.opened = 0

    async def ask(self) -> int | None:
        """The status of one answer; None where there was none."""
        while self._idle:
            status = await self._exchange(*self._idle.pop())
            if status is not None:
                return status  # else the server closed the connection while it was idle; clients try again then
        self.opened += 1
        try:
            return await self._exchange(*await asyncio.open_connection("127.0.0.1", self._port))
        except OSError:
            return None

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int | None:
        try:
            writer.write(QUERY)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r")[0]))
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
            return None
        self._idle.append((reader, writer))
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        """Closes what is idle."""
        for _, writer in self._idle:
            writer.close()


async def sustainable(pool: Pool) -> float:
    """Answers in a second, with 8 requests at a time."""
    end = time.perf_counter() + CLOSED_SECONDS
    answered = 0

    async def client() -> None:
        nonlocal answered
        while time.perf_counter() < end:
            status = await pool.ask()
            answered += status == 200

    await asyncio.gather(*(client() for _ in range(8)))
    return answered / CLOSED_SECONDS


async def run(process: Process) -> None:
    """Finds the rate, and begins requests at four times of it."""
    pool = Pool(process.port)
    await pool.ask()
    rate = await sustainable(pool)
    before = process.resident_mebibytes()
    statuses: Counter[int | None] = Counter()
    latencies: list[float] = []
    under_way: set[asyncio.Task[None]] = set()
    skipped = 0

    async def one() -> None:
        begin = time.perf_counter()
        status = await pool.ask()
        statuses[status] += 1
        if status == 200:
            latencies.append(time.perf_counter() - begin)

    begin, peak = time.perf_counter(), before
    total = int(rate * TIMES * OPEN_SECONDS)
    for number in range(total):
        late = begin + number / (rate * TIMES) - time.perf_counter()
        if late > 0 or number % 50 == 0:
            await asyncio.sleep(max(late, 0))
        if len(under_way) >= MOST_CONNECTIONS:
            skipped += 1
            continue
        task = asyncio.create_task(one())
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        if number % 500 == 0:
            peak = max(peak, process.resident_mebibytes())
    took = time.perf_counter() - begin
    await asyncio.gather(*under_way)
    pool.close()
    latencies.sort()
    print(
        f"Sustainable: {rate:.0f} answers/s. Offered: {(total - skipped) / took:.0f}/s for {took:.0f} s "
        f"({skipped} were not sent, because {MOST_CONNECTIONS} were under way).\n"
        f"Answered {statuses[200]}, refused with 503 {statuses[503]}, without an answer {statuses[None]}, "
        f"other statuses {sum(statuses.values()) - statuses[200] - statuses[503] - statuses[None]}.\n"
        f"Answered ones: p50 {latencies[len(latencies) // 2] * 1_000:.0f} ms, "
        f"p99 {latencies[len(latencies) * 99 // 100] * 1_000:.0f} ms.\n"
        f"Connections opened: {pool.opened}. Resident memory: {before:.0f} MiB before, {peak:.0f} MiB at most, "
        f"{process.resident_mebibytes():.0f} MiB after."
    )


if __name__ == "__main__":
    with gateway_process() as started:
        asyncio.run(run(started))
