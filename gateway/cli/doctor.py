"""`vod-gateway doctor`: asks the upstream one question, and says what it found and what to do."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TextIO

import click
import httpx
from typing_extensions import override

if TYPE_CHECKING:
    from gateway.credentials.secret import Secret
    from gateway.settings import Settings

_CLOCK_LIMIT = 15 * 60  # seconds; the vendor refuses signatures that are older
_CLOCK_DOUBT = 60


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Args:
        well: Whether it is as it should be; None where that was not looked at.
        what: What was found.
        advice: What to do; empty where nothing is.
    """

    well: bool | None
    what: str
    advice: str = ""

    @override
    def __str__(self) -> str:
        mark = {True: "ok     ", False: "PROBLEM", None: "skipped"}[self.well]
        return f"{mark}  {self.what}" + (f"\n         {self.advice}" if self.advice else "")


@click.command()
@click.option("--token-file", type=click.File(), help="A file with an IAM token to try; - for standard input.")
@click.option("--project", help="The project to ask for.  [default: GATEWAY_PROJECT_ID]")
def doctor(token_file: TextIO | None, project: str | None) -> None:
    """Check settings, upstream, clock and credentials with one call; ends with status 1 where something is wrong."""
    from gateway.credentials.resolve import is_token
    from gateway.credentials.secret import Secret
    from gateway.settings import SettingsError, load

    try:
        settings = load(project_id=project)
    except SettingsError as problem:
        click.echo(Finding(False, f"settings: {problem}", "`vod-gateway settings` lists them all."))
        raise SystemExit(1) from None
    token = Secret(token_file.read().strip()) if token_file else None
    if token is not None and not is_token(token.reveal()):
        raise click.BadParameter("It has to hold one token, of visible ASCII characters.", param_hint="--token-file")
    findings = asyncio.run(examine(settings, token))
    for finding in findings:
        click.echo(str(finding))
    raise SystemExit(any(finding.well is False for finding in findings))


async def examine(
    settings: "Settings",
    token: "Secret | None",
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Callable[[], float] = time.time,
) -> list[Finding]:
    """All findings, in the order in which they should be seen to.

    Args:
        settings: All settings.
        token: A caller's token to try; without one the gateway's own key is tried, if there is one.
        transport: Sends the request; by default as the gateway does.
        clock: Seconds since the epoch, as this machine has it.
    """
    from gateway.errors import GatewayError
    from gateway.upstream.transport import ExactTransport

    line = _Line(transport or ExactTransport(max_connections=1, connect_timeout=settings.upstream_connect_seconds))
    problem: GatewayError | None = None
    total: int | None = None
    try:
        total = await _ask(settings, line, token, clock)
    except GatewayError as raised:
        problem = raised
    finally:
        await line.aclose()
    found = [Finding(True, "settings: complete"), _reached(settings, line, problem)]
    if line.status is not None:
        found += [_clock(line, clock()), _credential(settings, token, line.status, problem, total)]
    return [*found, await _store(settings, clock)]


class _Line(httpx.AsyncBaseTransport):
    """Notes the head of the answer that passes."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._transport.handle_async_request(request)
        self.status, self.headers = answer.status_code, answer.headers
        return answer

    @override
    async def aclose(self) -> None:
        await self._transport.aclose()


async def _ask(settings: "Settings", line: _Line, token: "Secret | None", clock: Callable[[], float]) -> int | None:
    from gateway.paging.window import Span
    from gateway.upstream.endpoints import THUMBNAIL_TASKS
    from gateway.web.parts import own_key
    from gateway.web.upstream import upstream_client

    project = settings.project_id or "doctor"
    key = own_key(settings, b"", clock)

    def authorise(method: str, host: str, target: str) -> Mapping[str, str]:
        if token is not None:
            return {"X-Auth-Token": token.reveal()}
        return key.sign(method, host, target, project) if key is not None else {}

    client = upstream_client(settings, line)
    answer = await client.read(THUMBNAIL_TASKS, project, {}, Span(0, 1), authorise)
    return answer.total


async def _store(settings: "Settings", clock: Callable[[], float]) -> Finding:
    from gateway.redis.link import StoreFailed
    from gateway.web.caches import build_link

    if not settings.shares_cache:
        kept = "in this process's memory" if settings.cache == "memory" else "nowhere (GATEWAY_CACHE=off)"
        return Finding(True, f"store: answers are kept {kept}, nothing to reach")
    link, name = build_link(settings, clock), f"{settings.cache_prefix}:doctor"
    try:
        await link.ask(link.client.ping)  # connects; what counts is the time of one more question
        began = time.perf_counter()
        await link.ask(lambda: link.client.set(name, b"1", ex=1))
        took = time.perf_counter() - began
    except StoreFailed as problem:
        return Finding(
            False,
            f"store: {settings.cache} cannot be used: {problem.__cause__} ({problem})",
            "See host, port, password and TLS of GATEWAY_CACHE, and that it takes writes. A store that is far away "
            "needs a longer GATEWAY_CACHE_TIMEOUT_MILLISECONDS. Without it each replica goes on alone.",
        )
    finally:
        await link.aclose()
    return Finding(True, f"store: {settings.cache} takes writes, in {took * 1000:.1f} ms")


def _reached(settings: "Settings", line: _Line, problem: Exception | None) -> Finding:
    if line.status is not None:
        return Finding(True, f"upstream: {settings.upstream_url} answers (status {line.status})")
    cause = problem.__cause__ if problem is not None else None
    return Finding(
        False,
        f"upstream: {settings.upstream_url} cannot be reached: {problem} ({type(cause).__name__})",
        "See that GATEWAY_UPSTREAM_URL names the region's host, that DNS knows it, that this machine has a route and "
        "a way through the firewall to it, and that its certificate is trusted here.",
    )


def _clock(line: _Line, now: float) -> Finding:
    try:
        there = parsedate_to_datetime(line.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return Finding(None, "clock: the upstream's answer has no Date to compare with")
    behind = there - now
    here = datetime.fromtimestamp(now, UTC).strftime("%H:%M:%S")
    if abs(behind) <= _CLOCK_DOUBT:
        return Finding(True, f"clock: {here} UTC, as the upstream has it")
    what = f"clock: {here} UTC is {abs(behind):.0f} s {'behind' if behind > 0 else 'ahead of'} the upstream's"
    advice = f"Signatures are refused from {_CLOCK_LIMIT} s on, and ages are wrong before; synchronise it (NTP)."
    return Finding(False, what, advice)


def _credential(
    settings: "Settings", token: "Secret | None", status: int, problem: Exception | None, total: int | None
) -> Finding:
    from gateway.errors import Forbidden, RateLimited, Unauthenticated

    if token is None and settings.access_key is None:
        return Finding(None, "credential: none to try", "`--token-file` tries a caller's token.")
    named = "the token" if token is not None else "the gateway's own key"
    asked = f"project {settings.project_id}" if settings.project_id else "a project"
    match problem:
        case None:
            return Finding(True, f"credential: {named} reads {asked}, which has {total} tasks")
        case Unauthenticated():
            advice = "It is wrong or has expired; get a new one."
            if token is None:
                advice = (
                    "See GATEWAY_ACCESS_KEY, GATEWAY_SECRET_KEY, and GATEWAY_SECURITY_TOKEN if the key is temporary. "
                    "Do not try often: five refusals in a row lock the key."
                )
            return Finding(False, f"credential: the upstream refuses {named}", advice)
        case Forbidden():
            advice = "See that GATEWAY_PROJECT_ID is a project of the same account and region, and the user's rights."
            return Finding(False, f"credential: {named} may not read {asked}", advice)
        case RateLimited():
            return Finding(None, "credential: the quota is used up", f"Try again in {problem.retry_after:.0f} s.")
        case _:
            return Finding(False, f"credential: {named} got status {status}: {problem}", "docs/errors.md tells more.")
