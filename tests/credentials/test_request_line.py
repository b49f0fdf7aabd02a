"""The bytes that reach the upstream over real sockets, and the headers that cross the gateway, for each kind."""

import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from gateway.emulator import Emulator, Tenant, serve
from gateway.settings import load
from gateway.web.app import create_app
from tests.support.house import PROJECT, TOKEN, Clock
from tests.support.keys import KEY, TEMPORARY_KEY, presigned
from tests.support.served import served

ACCESS_TOKEN = "access-token-number-one"
QUERY = "query Q($id: ID) { thumbnailTasks(assetId: $id, taskId: $id, first: 3) { nodes { taskId } totalCount } }"
LONG = ("é~ /+&=%" + string.printable[:94].replace("\\", "") + "日本" * 500)[:1024]
IDS = ["a b+c/~é=&*", LONG, "%2F", "a#b?c", "😀"]
assert len(LONG) == 1024
KINDS = ["token", "signature", "temporary signature", "held key", "held temporary key"]
KEPT_OUT = {
    "Cookie": "session=of-the-caller",
    "X-Forwarded-For": "192.0.2.1",
    "Origin": "https://app.example.com",
    "Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "TE": "trailers",
    "Proxy-Authorization": "Basic dTpw",
    "Accept-Language": "tlh",
    "X-Subject-Token": "another-token",
}


@contextmanager
def gateway(clock: Clock, key: Mapping[str, Any] | None = None) -> Iterator[tuple[Emulator, str, str]]:
    tenant = Tenant(PROJECT, tokens=[TOKEN], keys=[KEY, TEMPORARY_KEY], size=20, clean=True)
    emulator = Emulator([tenant], clock=clock)
    with serve(emulator) as upstream:
        held = {"credentials": "key", "access_tokens": ACCESS_TOKEN, **key} if key else {}
        settings = load({}, env_file=None, upstream_url=upstream, project_id=PROJECT, **held)
        with served(create_app(settings, clock=clock)) as url:
            yield emulator, upstream, f"{url}/graphql"


def held(kind: str) -> dict[str, str | None] | None:
    if not kind.startswith("held"):
        return None
    key = TEMPORARY_KEY if "temporary" in kind else KEY
    return {"access_key": key.access, "secret_key": key.secret, "security_token": key.security_token}


def headers(kind: str, upstream: str, target: str) -> dict[str, str]:
    if kind == "token":
        return {"X-Auth-Token": TOKEN}
    if kind.startswith("held"):
        return {"Authorization": f"Bearer {ACCESS_TOKEN}"}
    key = TEMPORARY_KEY if "temporary" in kind else KEY
    return presigned(target, key=key, host=upstream.removeprefix("http://"))


@pytest.mark.parametrize("kind", KINDS)
def test_odd_ids_arrive_byte_for_byte(kind: str) -> None:
    """RFC 3986, upper-case hexadecimal, sorted; what is signed is what is sent, or the upstream would refuse it."""
    with gateway(Clock(), held(kind)) as (emulator, upstream, url), httpx.Client() as client:
        for value in IDS:
            emulator.journal.clear()
            written = quote(value, safe="-_.~")
            limit = 4 if "held" not in kind and kind != "token" else 100
            target = f"/v1/{PROJECT}/asset/thumbnails?asset_id={written}&limit={limit}&offset=0&task_id={written}"
            answer = client.post(
                url, json={"query": QUERY, "variables": {"id": value}}, headers=headers(kind, upstream, target)
            )
            assert answer.json() == {"data": {"thumbnailTasks": {"nodes": [], "totalCount": 0}}}
            assert [(call.target, call.status) for call in emulator.journal] == [(target, 200)]


class _Recorder:
    """An upstream that keeps the headers of the requests, and sends some of its own."""

    def __init__(self) -> None:
        self.seen: list[list[tuple[bytes, bytes]]] = []

    async def __call__(self, scope: Any, _: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        self.seen.append(list(scope["headers"]))
        sent = [
            (b"content-type", b"application/json"),
            (b"set-cookie", b"upstream-cookie=1"),
            (b"x-request-id", b"upstream-request-id"),
            (b"x-auth-token", b"upstream-header"),
            (b"server", b"upstream-server"),
            (b"cache-control", b"public, max-age=999"),
            (b"etag", b'"upstream-etag"'),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": sent})
        await send({"type": "http.response.body", "body": b'{"total": 0, "thumbnails": []}'})


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_listed_headers_cross(kind: str) -> None:
    """Up: what the kind needs and what every call has. Down: nothing of the upstream's; no cookie is kept."""
    recorder, clock = _Recorder(), Clock()
    own = {"credentials": "key", "access_tokens": ACCESS_TOKEN, **(held(kind) or {})} if held(kind) else {}
    with served(recorder) as upstream:
        settings = load({}, env_file=None, upstream_url=upstream, project_id=PROJECT, cache="off", **own)
        with served(create_app(settings, clock=clock)) as url:
            sent = {**KEPT_OUT, **headers(kind, upstream, f"/v1/{PROJECT}/asset/thumbnails?limit=4&offset=0")}
            query = "{ thumbnailTasks(first: 3) { totalCount } }"
            for _ in range(2):
                answer = httpx.post(f"{url}/graphql", json={"query": query}, headers=sent)
                assert answer.json() == {"data": {"thumbnailTasks": {"totalCount": 0}}}
                assert "upstream" not in str(answer.headers)
                assert "999" not in str(answer.headers)
    always = {"host", "accept", "accept-encoding", "user-agent"}
    signed = {"authorization", "x-sdk-date"}
    further = {
        "token": {"x-auth-token"},
        "signature": signed,
        "temporary signature": signed | {"x-security-token"},
        "held key": signed | {"x-project-id"},
        "held temporary key": signed | {"x-project-id", "x-security-token"},
    }
    for seen in recorder.seen:
        assert {name.decode() for name, _ in seen} == always | further[kind]
        assert len(seen) == len(always | further[kind])
        assert ACCESS_TOKEN not in str(seen)
    assert len(recorder.seen) == 2
