"""What the gateway writes while it serves all kinds at DEBUG holds no credential."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from gateway.emulator import AccessKey, Emulator, Tenant, serve
from tests.support.collector import collecting
from tests.support.house import PAGE, PROJECT
from tests.support.keys import presigned

LOUD = Path(__file__).with_name("loud.py")
TOKEN, DEAD_TOKEN = "MIIsecret-token-that-is-good", "MIIsecret-token-that-is-dead"
CALLERS = AccessKey("AKSECRETOFTHECALLER", "sk-secret-of-the-caller", security_token="st-secret-of-the-caller")
GATEWAYS = AccessKey("AKSECRETOFTHEGATEWAY", "sk-secret-of-the-gateway", security_token="st-secret-of-the-gateway")
ACCESS_TOKEN, WRONG_ACCESS_TOKEN = "secret-access-token-good", "secret-access-token-wrong"
CACHE_SECRET = "secret-of-the-cache-keys"
EXPLAIN_SECRET = "secret-of-the-explanations"
SECRETS = [
    *(value for key in (CALLERS, GATEWAYS) for value in (key.access, key.secret, str(key.security_token))),
    *(TOKEN, DEAD_TOKEN, ACCESS_TOKEN, WRONG_ACCESS_TOKEN, CACHE_SECRET, EXPLAIN_SECRET[:-1]),
    "Signature=",
    "SDK-HMAC-SHA256 Access",
]
QUERY = "{ thumbnailTasks(first: 3) { nodes { taskId } } }"
TARGET = f"/v1/{PROJECT}/asset/thumbnails?limit=4&offset=0"


@contextmanager
def gateway(upstream: str, output: Path, **more: str) -> Iterator[str]:
    """A loud gateway in a process of its own; its standard output and error are written to a file."""
    environment = {
        "GATEWAY_UPSTREAM_URL": upstream,
        "GATEWAY_PROJECT_ID": PROJECT,
        "GATEWAY_CREDENTIALS": "token,presigned,key",
        "GATEWAY_ACCESS_KEY": GATEWAYS.access,
        "GATEWAY_SECRET_KEY": GATEWAYS.secret,
        "GATEWAY_SECURITY_TOKEN": str(GATEWAYS.security_token),
        "GATEWAY_ACCESS_TOKENS": ACCESS_TOKEN,
        "GATEWAY_ACCESS_HEADER": "X-Api-Key",
        "GATEWAY_CACHE_SECRET": CACHE_SECRET,
        "GATEWAY_UPSTREAM_TIMEOUT_SECONDS": "0.3",
        "GATEWAY_EXPLAIN": "true",
        "GATEWAY_EXPLAIN_SECRET": EXPLAIN_SECRET,
        **more,
    }
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-X", "dev", str(LOUD)],
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        try:
            yield f"http://127.0.0.1:{_port(process, output)}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def _port(process: "subprocess.Popen[bytes]", output: Path) -> int:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        for line in output.read_text("utf-8").splitlines():
            if line.isdecimal():
                return int(line)
        time.sleep(0.05)  # waits for another process, which has nothing else to wait by
    raise AssertionError(output.read_text("utf-8"))


def ask(url: str, headers: Mapping[str, str], query: str = QUERY, **variables: object) -> str:
    sent = {"query": query, "variables": variables}
    given = {"X-Explain": EXPLAIN_SECRET, **headers}
    return httpx.post(f"{url}/graphql", json=sent, headers=given, timeout=10, verify=False).text


def exercise(url: str, upstream: str, emulator: Emulator) -> list[str]:
    """Every kind, well and badly; the answers."""
    signed = presigned(TARGET, key=CALLERS, host=upstream.removeprefix("http://"), date=_now())
    kinds = [{"X-Auth-Token": TOKEN}, signed, {"X-Api-Key": ACCESS_TOKEN}]
    answers = [ask(url, headers) for headers in kinds]
    assert all('"taskId"' in answer and '"explain":' in answer for answer in answers), answers
    answers += [
        ask(url, {"X-Api-Key": ACCESS_TOKEN}, PAGE, first=250),
        ask(url, {"X-Auth-Token": TOKEN}, PAGE, first=250),
    ]
    bad = [
        {"X-Auth-Token": DEAD_TOKEN},
        {"X-Auth-Token": f"{DEAD_TOKEN} with blanks"},
        {"X-Api-Key": WRONG_ACCESS_TOKEN},
        {**signed, "X-Auth-Token": TOKEN},
        {**signed, "x-sdk-date": "never"},
        {**signed, "authorization": signed["authorization"][:-1]},
        {**signed, "x-security-token": f"{CALLERS.security_token}x"},
        {"X-Auth-Token": TOKEN, "X-Api-Key": ACCESS_TOKEN},
        {"X-Security-Token": str(CALLERS.security_token)},
        {"X-Auth-Token": TOKEN, "X-Explain": EXPLAIN_SECRET[:-1]},
    ]
    answers += [ask(url, headers) for headers in bad]
    answers.append(ask(url, signed, "{ thumbnailTasks(first: 9) { totalCount } }"))
    for fault, options in (
        ("status", {"status": 500, "message": f"{TOKEN} {CALLERS.security_token} {GATEWAYS.secret}"}),
        ("headers", {"headers": {"set-cookie": f"bad name={TOKEN}; Path", "x-auth-token": TOKEN}}),
        ("reset", {}),
        ("reset_body", {}),
        ("hang", {"seconds": 5}),
        ("html", {}),
        ("redirect", {"location": f"https://evil.example.com/?t={TOKEN}"}),
    ):
        for number, headers in enumerate(kinds):
            emulator.fault(fault, times=1, **options)
            answers.append(ask(url, headers, PAGE, taskId=f"{fault}-{number}"))
            emulator.clear()
    return answers


def _now() -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())


def test_no_credential_is_written_or_answered(tmp_path: Path) -> None:
    """Not to standard output or error, by no logger, and into no answer: all kinds, all that can go wrong."""
    tenant = Tenant(PROJECT, tokens=[TOKEN], keys=[CALLERS, GATEWAYS], size=250, clean=True)
    emulator = Emulator([tenant])
    outputs = [tmp_path / "good", tmp_path / "refused"]
    with serve(emulator) as upstream:
        with gateway(upstream, outputs[0]) as url:
            answers = exercise(url, upstream, emulator)
        emulator.credentials.revoke_key(GATEWAYS.access)
        with gateway(upstream, outputs[1]) as url:
            answers += [ask(url, {"X-Api-Key": ACCESS_TOKEN}) for _ in range(3)]
            answers.append(httpx.get(f"{url}/readyz").text)
    for output in outputs:
        text = output.read_text("utf-8", "replace")
        loggers = {name for name in ("asyncio", "uvicorn.access", "aiocache.base") if f"'name': '{name}'" in text}
        assert len(loggers) == 3  # they did write
        assert [secret for secret in SECRETS if secret in text] == []
    everything = "\n".join(answers)
    assert "refused the gateway's own key" in everything
    assert [secret for secret in SECRETS if secret in everything and secret != "SDK-HMAC-SHA256 Access"] == [
        "Signature="  # of the message that says how the header has to look
    ]


def test_no_credential_is_traced(tmp_path: Path) -> None:
    """Nor sent to a collector, nor written because there is one: the octets of all that is exported are searched."""
    tenant = Tenant(PROJECT, tokens=[TOKEN], keys=[CALLERS, GATEWAYS], size=250, clean=True)
    emulator, output = Emulator([tenant]), tmp_path / "traced"
    with serve(emulator) as upstream, collecting() as collector:
        otlp = {"GATEWAY_TRACING": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        with gateway(upstream, output, **otlp) as url:
            exercise(url, upstream, emulator)
        assert len(collector.spans) > len(emulator.journal) > 10
        told = {str(call.traceparent).split("-")[2] for call in emulator.journal}
        assert told <= {span.span_id.hex() for span in collector.spans}
        exported = b"".join(collector.bodies)
    text = output.read_text("utf-8", "replace")
    assert "'name': 'urllib3.connectionpool'" in text
    assert [secret for secret in SECRETS if secret.encode() in exported or secret in text] == []
