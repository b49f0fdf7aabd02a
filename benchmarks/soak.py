"""Mixed load, random faults and lists that change: `python -m benchmarks.soak [MINUTES [SEED]]`.

Takes 10 minutes if it is not told otherwise. The gateway is `vod-gateway serve` in a process of its own, the
upstream another one. Whoever asks checks each answer; at the end every error has to follow from a fault that was
injected then, or from the request itself. Caches are bounded so low that they are full after the first fifth,
the warm-up, in which the largest answers come too.
"""

import asyncio
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from benchmarks.process import Process
from benchmarks.scene import table
from benchmarks.soak_callers import ACCESS_TOKEN, Client, Observation
from benchmarks.soak_load import Load, Walks, client
from benchmarks.soak_upstream import FIRST, LARGE, LAST_CALM, SECOND, Chronicle, Upstream, struck, upstream_process
from tests.support.processes import running

CLIENTS = 40
RATE = 100
WARM_UP = 0.2
MORE_DESCRIPTORS = 20
MORE_MEBIBYTES = 50.0

SETTINGS = {
    "GATEWAY_PROJECT_ID": FIRST.id,
    "GATEWAY_CREDENTIALS": "token,presigned,key",
    "GATEWAY_ACCESS_KEY": SECOND.key[0],
    "GATEWAY_SECRET_KEY": SECOND.key[1],
    "GATEWAY_ACCESS_TOKENS": f"{ACCESS_TOKEN}:{SECOND.id}",
    "GATEWAY_EXPLAIN": "true",
    "GATEWAY_LOG_LEVEL": "error",  # a line is a defect
    "GATEWAY_CACHE_MAX_MEGABYTES": "2",
    "GATEWAY_CACHE_ANSWERS_MEGABYTES": "2",
    "GATEWAY_MAX_DOCUMENTS": "100",
    "GATEWAY_DRAIN_SECONDS": "0",
}


@dataclass(frozen=True)
class Sample:
    """What the gateway's process held at a time."""

    at: float
    mebibytes: float
    descriptors: int


@dataclass
class Soak:
    """What happened.

    Args:
        chronicle: To the upstream.
        walks: To those who walked through lists.
        seen: All answers.
        samples: Of the process: before the load, every 2 seconds, and when all callers were gone.
        calls: The upstream's journal.
        complaints: What the gateway wrote to standard error.
        began: Seconds since the epoch.
        warm: When the warm-up was over.
        cpu_seconds: Of the gateway, for all of it.
    """

    chronicle: Chronicle
    walks: Walks
    seen: list[Observation]
    began: float
    warm: float
    samples: list[Sample] = field(default_factory=list)
    calls: Sequence[Mapping[str, Any]] = ()
    complaints: str = ""
    cpu_seconds: float = 0.0

    @property
    def warm_sample(self) -> Sample:
        """The first after the warm-up."""
        return next(sample for sample in self.samples if sample.at >= self.warm)

    def unexplained(self) -> list[str]:
        """Errors that follow from no fault, no change and no request, and answers that should have been one."""
        return [
            f"{seen.at - self.began:.1f} s, {seen.kind} by {seen.caller.kind}: {error.code}"
            for seen in self.seen
            for error in seen.errors
            if error.code != seen.expected
            and not (error.code == "STALE_CURSOR" and seen.behind in self.chronicle.removed)
            and not any(
                strike.explains(error.code, seen.caller.project.id, seen.at, of_row=error.of_row)
                for strike in self.chronicle.strikes
            )
        ] + [
            f"{seen.at - self.began:.1f} s, {seen.kind} was answered"
            for seen in self.seen
            if seen.expected and not seen.errors
        ]

    def verdicts(self) -> list[tuple[str, bool, str]]:
        """What has to hold, whether it does, and the figures."""
        own = [seen for seen in self.seen if seen.status >= 500 or "INTERNAL_SERVER_ERROR" in _codes(seen)]
        broken = [seen for seen in self.seen if seen.status == 0]
        wrong = [f"{seen.kind}: {each}" for seen in self.seen for each in seen.wrong]
        unexplained = self.unexplained()
        warm, loaded, walks = self.warm_sample, self.samples[-2], self.walks
        grown = self.samples[-1].mebibytes - warm.mebibytes
        met = struck(self.calls).total()
        ends = f"{walks.stale} ended where their cursor's row was taken out, {walks.given_up} were given up"
        return [
            ("faults struck, and rows came and went", met > 0 and bool(self.chronicle.removed), f"{met} calls struck"),
            ("no failure of the gateway's own (5xx, INTERNAL_SERVER_ERROR)", not own, f"{len(own)}"),
            ("no broken connection", not broken, f"{len(broken)}"),
            ("every error follows from a fault, a change or the request", not unexplained, _some(unexplained)),
            ("every row belongs to the caller's project and to what was asked for", not wrong, _some(wrong)),
            (
                "no walk lost or repeated a row that stood",
                not walks.lost and not walks.repeated and walks.finished > 0,
                f"{walks.lost} lost, {walks.repeated} repeated in {walks.finished} walks; {ends}",
            ),
            ("the gateway logged no error", not self.complaints, self.complaints[:2_000] or "0"),
            (
                f"at most {MORE_DESCRIPTORS} descriptors more than after the warm-up",
                loaded.descriptors <= warm.descriptors + MORE_DESCRIPTORS,
                f"{loaded.descriptors - warm.descriptors:+}",
            ),
            (
                f"at most {MORE_MEBIBYTES:.0f} MiB more than after the warm-up",
                grown <= MORE_MEBIBYTES,
                f"{grown:+.1f} MiB",
            ),
        ]

    def report(self) -> str:
        """All of it, as Markdown."""
        loaded, end = self.samples[-2:]
        moments = (
            ("at the start", self.samples[0]),
            ("after the warm-up", self.warm_sample),
            ("at the end, under load", loaded),
            ("a second later, all callers gone", end),
        )
        places = [
            {"": name, "MiB resident": f"{each.mebibytes:.0f}", "descriptors": f"{each.descriptors}"}
            for name, each in moments
        ]
        peak = max(self.samples, key=lambda sample: sample.mebibytes)
        strikes = [
            {
                "s": f"{strike.begin - self.began:.0f} to {strike.end - self.began:.0f}",
                "fault": strike.fault.name,
                "project": {FIRST.id: "first", SECOND.id: "second"}.get(strike.project, "both"),
                "share": f"{strike.share:.0%}",
            }
            for strike in self.chronicle.strikes
        ]
        verdicts = [
            {"has to hold": name, "holds": "yes" if holds else "NO", "found": found}
            for name, holds, found in self.verdicts()
        ]
        cpu = f"CPU of the gateway: {self.cpu_seconds / len(self.seen) * 1_000:.2f} ms a request."
        most = f"At most {peak.mebibytes:.0f} MiB, {max(each.descriptors for each in self.samples)} descriptors."
        parts = [self._minutes(), table(self._kinds()), table(places) + f"\n{most} {cpu}\n", table(verdicts)]
        return "\n".join([*parts, table(strikes) if strikes else ""])

    def _minutes(self) -> str:
        last = int((self.seen[-1].at - self.began) // 60)
        return table([self._minute(number) for number in range(last + 1)])

    def _minute(self, number: int) -> Mapping[str, str]:
        begin = self.began + 60 * number
        seen = [each for each in self.seen if begin <= each.at < begin + 60]
        calls = [call for call in self.calls if begin <= call["time"] < begin + 60]
        changes = [count for at, _, count in self.chronicle.changes if begin <= at < begin + 60]
        samples = [sample for sample in self.samples if begin <= sample.at < begin + 60]
        errors = Counter(error for each in seen for error in {*_codes(each)} - {each.expected})
        return {
            "minute": f"{number + 1}",
            "requests": f"{len(seen)}",
            "p50": f"{_quantile(seen, 50):.1f} ms",
            "p99": f"{_quantile(seen, 99):.0f} ms",
            "stale": f"{sum(each.stale for each in seen)}",
            "answers with errors, by code": _counts(errors),
            "refused for the request itself": f"{sum(each.expected in _codes(each) for each in seen)}",
            "upstream calls": f"{len(calls)}",
            "of these struck, by fault": _counts(struck(calls)),
            "rows in, out": f"{sum(n for n in changes if n > 0)}, {-sum(n for n in changes if n < 0)}",
            "MiB": f"{samples[-1].mebibytes:.0f}" if samples else "",
            "descriptors": f"{samples[-1].descriptors}" if samples else "",
        }

    def _kinds(self) -> list[Mapping[str, str]]:
        rows: list[Mapping[str, str]] = []
        for kind in sorted({each.kind for each in self.seen}):
            seen = [each for each in self.seen if each.kind == kind]
            rows.append(
                {
                    "operation": kind,
                    "requests": f"{len(seen)}",
                    "p50": f"{_quantile(seen, 50):.1f} ms",
                    "p99": f"{_quantile(seen, 99):.0f} ms",
                    "statuses": _counts(Counter({-1: "gone"}.get(each.status, str(each.status)) for each in seen)),
                    "errors": _counts(Counter(code for each in seen for code in set(_codes(each)))),
                }
            )
        return rows


def _codes(seen: Observation) -> list[str]:
    return [error.code for error in seen.errors]


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common()) or "none"


def _some(found: Sequence[str]) -> str:
    return "; ".join([f"{len(found)}", *found[:10]])


def _quantile(seen: Sequence[Observation], percent: int) -> float:
    times = sorted(each.seconds for each in seen)
    return times[min(len(times) * percent // 100, len(times) - 1)] * 1_000 if times else 0.0


async def _load(process: Process, upstream: Upstream, host: str, minutes: float, seed: int) -> Soak:
    began = time.time()
    end = began + minutes * 60
    samples = [Sample(began, process.resident_mebibytes(), process.descriptors())]

    async def watch() -> None:
        while time.time() < end:
            await asyncio.sleep(2)
            samples.append(Sample(time.time(), process.resident_mebibytes(), process.descriptors()))

    connector = aiohttp.TCPConnector(limit=CLIENTS)
    async with aiohttp.ClientSession() as control, aiohttp.ClientSession(connector=connector) as session:
        asks = Client(session, f"http://127.0.0.1:{process.port}", host, Random(seed))
        load = Load(asks, upstream.chronicle.removed)
        calm = end - min(LAST_CALM, minutes * 60 / 4)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(upstream.trouble(control, calm, min(1.0, minutes)))
            tasks.create_task(upstream.change(control, end))
            tasks.create_task(watch())
            for _ in range(CLIENTS):
                tasks.create_task(client(load, CLIENTS / RATE, end))
        large = upstream.chronicle.strikes[: len(LARGE)]
        warm = max([began + minutes * 60 * WARM_UP, *(strike.end for strike in large)])
        soak = Soak(upstream.chronicle, load.walks, asks.seen, began, warm, samples)
        soak.calls = await upstream.journal(control)
    await asyncio.sleep(1)  # the gateway sees that its callers' connections are closed
    samples.append(Sample(time.time(), process.resident_mebibytes(), process.descriptors()))
    soak.cpu_seconds = process.cpu_seconds()
    return soak


def run(minutes: float, seed: int = 1) -> Soak:
    """Runs it for so long."""
    with upstream_process() as url:
        environment = {**SETTINGS, "GATEWAY_UPSTREAM_URL": url}
        with running("serve", "--port", "0", environment=environment) as gateway:
            process = Process(int(gateway.url.rpartition(":")[2]), gateway.process.pid)
            upstream = Upstream(url, seed)
            soak = asyncio.run(_load(process, upstream, url.partition("//")[2], minutes, seed))
            gateway.end(signal.SIGTERM)
            soak.complaints = gateway.complaints
    return soak


def main() -> None:
    """Runs it, prints the report, and fails where a verdict does."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    soak = run(minutes, seed)
    print(soak.report())
    if not all(holds for _, holds, _ in soak.verdicts()):
        sys.exit(1)


if __name__ == "__main__":
    main()
