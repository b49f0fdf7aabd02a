import hashlib
from dataclasses import asdict

import httpx

from gateway.emulator import Emulator
from tests.emulator.conftest import TASKS, Clock


async def test_calls_are_written_down(client: httpx.AsyncClient, emulator: Emulator, clock: Clock) -> None:
    """Method, raw target, credential's kind and digest, time, status, request id and trace of each call, in order."""
    traced = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
    answer = await client.get(f"{TASKS}?task_id=a%20b%7E&limit=1", headers=traced)
    await client.post("/v2/nothing", headers={"X-Auth-Token": "stranger"})
    assert len(emulator.journal) == 2
    assert asdict(emulator.journal[0]) == {
        "number": 1,
        "time": clock.now,
        "method": "GET",
        "target": f"{TASKS}?task_id=a%20b%7E&limit=1",
        "credential": "token",
        "digest": hashlib.sha256(b"good-token").hexdigest()[:12],
        "request_id": answer.headers["x-request-id"],
        "traceparent": traced["traceparent"],
        "status": 200,
        "fault": (),
    }
    assert (emulator.journal[1].method, emulator.journal[1].status) == ("POST", 404)
    assert not any(secret in repr(list(emulator.journal)) for secret in ("good-token", "stranger"))


async def test_kinds_of_credentials(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """A signature is told from a temporary one, from a token, from a broken header and from nothing."""
    signature = f"SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature={'ab' * 32}"
    del client.headers["X-Auth-Token"]
    for headers in (
        {"Authorization": signature},
        {"Authorization": signature, "X-Security-Token": "st"},
        {"Authorization": "SDK-HMAC-SHA256 nonsense"},
        {"Authorization": "Bearer abc"},
    ):
        await client.get(TASKS, headers=headers)
    kinds = [call.credential for call in emulator.journal]
    assert kinds == ["signature", "temporary signature", "signature", "none"]
    assert emulator.journal[0].digest == emulator.journal[1].digest == hashlib.sha256(b"AK").hexdigest()[:12]


async def test_clearing_keeps_counting(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """After a clear the journal is empty, and the next call has the next number."""
    await client.get(TASKS)
    emulator.journal.clear()
    assert len(emulator.journal) == 0
    await client.get(TASKS)
    assert [call.number for call in emulator.journal] == [2]
