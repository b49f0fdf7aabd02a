"""Callers of every kind at one gateway, and an eye on what each of them is shown."""

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from gateway.cache.key import KeyFunction, cache_key
from gateway.credentials.kinds import Kind
from gateway.settings import load
from gateway.web.app import create_app
from tests.leaks.upstream import MARK, MarkedUpstream, mark
from tests.support.house import Clock

PROJECT = "0123456789abcdef"
ASSETS = [f"asset-{number}" for number in range(4)]
_HELD_ACCESS = "AKOFTHEGATEWAY"
_DATE = "20260302T081530Z"


@dataclass(frozen=True)
class User:
    """A caller, told apart by its mark."""

    number: int
    kind: Kind
    headers: Mapping[str, str] = field(repr=False)

    @property
    def mark(self) -> str:
        return mark(self.number)


def users() -> list[User]:
    """Eight with tokens, all for one project; three who sign; four with access tokens, each for its project."""
    tokens = [User(number, Kind.TOKEN, {"X-Auth-Token": f"token-of-{mark(number)}"}) for number in range(1, 9)]
    signers = [
        User(
            number,
            Kind.PRESIGNED,
            {
                "Authorization": f"SDK-HMAC-SHA256 Access=AK{mark(number)}, SignedHeaders=host;x-sdk-date, "
                f"Signature={number:064}",
                "X-Sdk-Date": _DATE,
            },
        )
        for number in range(9, 12)
    ]
    admitted = [User(number, Kind.KEY, {"X-Api-Key": _access_token(number)}) for number in range(12, 16)]
    return [*tokens, *signers, *admitted]


def _access_token(number: int) -> str:
    return f"access-token-number-{number}"


class Crowd:
    """The users, and what they saw.

    Attributes:
        requests: How many requests were answered or given up.
        shown: How many answers held data of the caller's own.
        crossings: What somebody was shown of somebody else.
    """

    def __init__(self, client: httpx.AsyncClient, upstream: MarkedUpstream, clock: Clock, rng: random.Random) -> None:
        self._client = client
        self.upstream = upstream
        self.clock = clock
        self.rng = rng
        self.users = users()
        self.requests = 0
        self.shown = 0
        self._seen: list[str] = []

    @property
    def crossings(self) -> Sequence[str]:
        return [*self._seen, *self.upstream.crossings]

    def of(self, *kinds: Kind) -> list[User]:
        """The users of some kinds, in another order each time."""
        chosen = [user for user in self.users if user.kind in kinds]
        self.rng.shuffle(chosen)
        return chosen

    async def ask(self, user: User, query: str, headers: Mapping[str, str] | None = None, /, **variables: Any) -> Any:
        """One request; whatever of the answer, its headers included, is another's is written down."""
        self.requests += 1
        sent = {**user.headers, **(headers or {})}
        answer = await self._client.post("/graphql", json={"query": query, "variables": variables}, headers=sent)
        marks = set(MARK.findall(f"{answer.text} {answer.headers.raw!r}"))
        if marks - {user.mark}:
            self._seen.append(f"{user} was shown {marks - {user.mark}} by {query}")
        body = answer.json()
        self.shown += user.mark in answer.text and "errors" not in body
        return body


@asynccontextmanager
async def open_crowd(*, seed: int, make_key: KeyFunction = cache_key) -> AsyncIterator[Crowd]:
    """A gateway for all kinds, and its crowd.

    Args:
        seed: What all chance follows from.
        make_key: Makes the keys of what the gateway remembers.
    """
    rng, clock = random.Random(seed), Clock()
    upstream = MarkedUpstream(_HELD_ACCESS, rng)
    tokens = [f"{_access_token(user.number)}:{user.mark}" for user in users() if user.kind is Kind.KEY]
    settings = load(
        {},
        env_file=None,
        upstream_url="http://127.0.0.1",
        project_id=PROJECT,
        credentials="token,presigned,key",
        access_key=_HELD_ACCESS,
        secret_key="secret",
        access_tokens=" ".join(tokens),
        access_header="X-Api-Key",
        explain=True,
    )
    app = create_app(settings, transport=upstream, clock=clock, make_key=make_key)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")
    async with app.router.lifespan_context(app), client:
        yield Crowd(client, upstream, clock, rng)
