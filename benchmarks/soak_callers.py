"""Who asks in the soak, what is asked, and whether the answer is right."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from benchmarks.soak_upstream import FIRST, SECOND, Project
from gateway.credentials.secret import Secret
from gateway.credentials.signing import SigningKey, authorization, headers_to_sign
from gateway.listing.signed import signed_target
from gateway.upstream.endpoints import THUMBNAIL_TASKS

ACCESS_TOKEN = "soak-access-token-of-ours"
UNREADABLE_ROW = "a row that cannot be read"


@dataclass(frozen=True)
class Caller:
    """Somebody with a credential.

    Args:
        kind: Its kind, for the report.
        project: That it opens.
        headers: That carry it.
    """

    kind: str
    project: Project
    headers: Mapping[str, str]


TOKENS = [Caller("token", FIRST, {"X-Auth-Token": token}) for token in FIRST.tokens]
CALLERS = [*TOKENS, Caller("key", SECOND, {"Authorization": f"Bearer {ACCESS_TOKEN}"})]
NOBODY = Caller("none", FIRST, {})
DEAD = Caller("dead token", FIRST, {"X-Auth-Token": "nobody-has-this-token"})


def presigned(upstream_host: str, first: int) -> Caller:
    """A caller who signed the first page of the whole list."""
    key = SigningKey(FIRST.key[0], Secret(FIRST.key[1]))
    headers = headers_to_sign(key, upstream_host, FIRST.id, time.time())
    target = signed_target(THUMBNAIL_TASKS, FIRST.id, {}, first=first, after=None)
    signed = {**headers, "Authorization": authorization(key, "GET", target, headers)}
    return Caller("presigned", FIRST, {name: value for name, value in signed.items() if name != "Host"})


@dataclass(frozen=True)
class Error:
    """An error of an answer: its code, and whether it is of one row, of a page that was read."""

    code: str
    of_row: bool


@dataclass(frozen=True)
class Asked:
    """What a root field asked for: the tasks of an asset, one task, or anything of the project."""

    asset: str | None = None
    task: str | None = None


@dataclass(frozen=True)
class Observation:
    """An answer.

    Args:
        at: When it came, in seconds since the epoch.
        seconds: How long it took.
        kind: The operation's.
        caller: Who asked.
        status: Of HTTP; 0 for a broken connection, -1 where the caller went away.
        errors: Of GraphQL.
        expected: The code that the request itself asks for.
        behind: The task whose cursor was sent.
        stale: Whether it was marked stale.
        wrong: What in it is not right.
    """

    at: float
    seconds: float
    kind: str
    caller: Caller
    status: int
    errors: Sequence[Error] = ()
    expected: str | None = None
    behind: str | None = None
    stale: bool = False
    wrong: Sequence[str] = ()


@dataclass
class Client:
    """Asks the gateway, and writes down what came.

    Args:
        session: Its connections.
        url: The gateway's base URL.
        host: The upstream's, with the port.
        dice: Decides.
        seen: All answers.
    """

    session: aiohttp.ClientSession
    url: str
    host: str
    dice: Random
    seen: list[Observation] = field(default_factory=list)
    etags: dict[tuple[str, str], str] = field(default_factory=dict)

    async def ask(  # noqa: PLR0913  what an answer is judged by
        self,
        kind: str,
        caller: Caller,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        asked: Mapping[str, Asked | Sequence[Asked]] | None = None,
        expected: str | None = None,
        behind: str | None = None,
        headers: Mapping[str, str] | None = None,
        get: bool = False,
        patience: float | None = None,
    ) -> dict[str, Any] | None:
        """One request; the answer where it holds data without any error."""
        sent = {**caller.headers, **(headers or {})}
        timeout = aiohttp.ClientTimeout(total=patience or 60)
        begin = time.perf_counter()
        try:
            if get:
                told = {"query": query, "variables": json.dumps(variables or {})}
                sent["GraphQL-Require-Preflight"] = "1"
                if (known := self.etags.get((str(caller.headers), query))) is not None:
                    sent["If-None-Match"] = known
                request = self.session.get(f"{self.url}/graphql", params=told, headers=sent, timeout=timeout)
            else:
                body = {"query": query, "variables": variables or {}}
                request = self.session.post(f"{self.url}/graphql", json=body, headers=sent, timeout=timeout)
            async with request as response:
                octets, status = await response.read(), response.status
                if get and "ETag" in response.headers:
                    self.etags[str(caller.headers), query] = response.headers["ETag"]
        except (aiohttp.ClientError, TimeoutError):
            status, octets = (-1 if patience else 0), b""
        answer = json.loads(octets) if octets else {}
        data, errors = answer.get("data") or {}, [_error(error) for error in answer.get("errors", ())]
        wrong = list(wrong_rows(data, caller.project, asked or {}))
        stale = "stale" in answer.get("extensions", {})
        took = time.perf_counter() - begin
        self.seen.append(Observation(time.time(), took, kind, caller, status, errors, expected, behind, stale, wrong))
        return data if data and not errors else None


def _error(error: Mapping[str, Any]) -> Error:
    return Error(error["extensions"]["code"], of_row=UNREADABLE_ROW in error["message"])


def wrong_rows(
    data: Mapping[str, Any], project: Project, asked: Mapping[str, Asked | Sequence[Asked]]
) -> Iterator[str]:
    """What is not as the caller's project has it."""
    rows = project.rows()
    for name, value in data.items():
        want = asked.get(name, Asked())
        pairs = [(value, want)] if isinstance(want, Asked) else list(zip(value or (), want, strict=False))
        for part, each in pairs:
            for task in _tasks(part):
                number = rows.task_ids.number_of(task["taskId"])
                if number is None or number > 1_000_000:
                    yield f"{task['taskId']} is no task of the caller's project"
                    continue
                if each.asset is not None and rows.asset_ids.id_of(number % rows.assets) != each.asset:
                    yield f"{task['taskId']} is of another asset"
                if each.task not in {None, task["taskId"]}:
                    yield f"{task['taskId']} was not asked for"
                if task.get("thumbnailCount") not in {None, rows.whole(number)["thumbnail_count"]}:
                    yield f"{task['taskId']} has another count"
                for snapshot in (task.get("snapshots") or {}).get("nodes") or ():
                    if snapshot and f"/{task['taskId']}/" not in (snapshot["url"] or f"/{task['taskId']}/"):
                        yield f"{task['taskId']} has another task's picture"


def _tasks(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("taskId") is not None:
            yield value
        for each in value.values():
            yield from _tasks(each)
    elif isinstance(value, list):
        for each in value:
            yield from _tasks(each)
