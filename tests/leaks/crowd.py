"""Callers of every kind at one gateway, and an eye on what each of them is shown."""

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from gateway.cache.key import KEYS, Keys
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

    def __init__(
        self, clients: Sequence[httpx.AsyncClient], upstream: MarkedUpstream, clock: Clock, rng: random.Random
    ) -> None:
        self._clients = clients
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
        client = self.rng.choice(self._clients) if len(self._clients) > 1 else self._clients[0]
        answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=sent)
        marks = set(MARK.findall(f"{answer.text} {answer.headers.raw!r}"))
        if marks - {user.mark}:
            self._seen.append(f"{user} was shown {marks - {user.mark}} by {query}")
        body = answer.json()
        self.shown += user.mark in answer.text and "errors" not in body
        return body


@asynccontextmanager
async def open_crowd(*, seed: int, keys: Keys = KEYS, store: str | None = None) -> AsyncIterator[Crowd]:
    """A gateway for all kinds, and its crowd.

    Args:
        seed: What all chance follows from.
        keys: Make the keys of what the gateway remembers.
        store: A Redis; over it there are two gateways, and each request goes to either.
    """
    rng, clock = random.Random(seed), Clock()
    upstream = MarkedUpstream(_HELD_ACCESS, rng)
    tokens = [f"{_access_token(user.number)}:{user.mark}" for user in users() if user.kind is Kind.KEY]
    shared = {"cache": store, "cache_secret": "the secret of both", "cache_timeout_milliseconds": 5_000}
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
        **(shared if store else {}),
    )
    async with AsyncExitStack() as stack:
        clients = []
        for _ in range(2 if store else 1):
            app = create_app(settings, transport=upstream, clock=clock, keys=keys)
            await stack.enter_async_context(app.router.lifespan_context(app))
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")
            clients.append(await stack.enter_async_context(client))
        yield Crowd(clients, upstream, clock, rng)
