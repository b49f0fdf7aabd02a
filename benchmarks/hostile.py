"""How long each hostile request takes, and what it leaves in memory: `python -m benchmarks.hostile`."""

import asyncio
import json
import time

from benchmarks.process import Process, gateway_process
from tests.support.hostile import SETTINGS, Hostile, hostile_requests
from tests.support.served import RawAnswer, exchange


async def measure(process: Process, request: Hostile) -> tuple[RawAnswer | None, float]:
    """The answer, and the seconds from the first octet sent to the last one read."""
    begin = time.perf_counter()
    answer = await exchange(process.port, *request.parts)
    return answer, time.perf_counter() - begin


def code_of(answer: RawAnswer | None) -> str:
    """The code and the reason or limit of an answer's first error."""
    if answer is None:
        return "closed"
    if not answer.headers.get("content-type", "").startswith("application/") or not answer.body:
        return ""
    body = json.loads(answer.body)
    if "errors" not in body:
        return "data"
    extensions = body["errors"][0]["extensions"]
    return " ".join(filter(None, (extensions["code"], extensions.get("reason") or extensions.get("limit"))))


async def run(process: Process) -> None:
    """Sends all of them once, in turn."""
    await exchange(process.port, *next(iter(hostile_requests())).parts)
    before, slowest, count, wrong = process.resident_mebibytes(), 0.0, 0, 0
    print("| request | octets | status | code | ms |\n|---|---|---|---|---|")
    for request in hostile_requests():
        answer, seconds = await measure(process, request)
        status = answer and answer.status
        octets = sum(map(len, request.parts))
        print(f"| {request.name} | {octets} | {status or ''} | {code_of(answer)} | {seconds * 1_000:.0f} |")
        count += 1
        wrong += status != request.status
        if request.status not in {408, None}:
            slowest = max(slowest, seconds)
    print(
        f"\n{count} requests, {wrong} answered otherwise than they should; the slowest took {slowest:.2f} s "
        f"(those that wait for the 408 aside, which is set to {SETTINGS['request_seconds']} s here). "
        f"Resident memory: {before:.0f} MiB before, {process.resident_mebibytes():.0f} MiB after."
    )


if __name__ == "__main__":
    with gateway_process(**SETTINGS) as started:
        asyncio.run(run(started))
