"""What a replica holds of a shared store, with limits of time that a busy machine does not reach."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from typing_extensions import override

from gateway.cache.redis_store import RedisStore
from gateway.cache.sealing import Seal
from gateway.cache.shared_generations import SharedGenerations
from gateway.observability.observer import Observer
from gateway.redis.link import Address, RedisLink, connect
from tests.support.house import Clock

SECRET = b"the secret of all replicas"


class Noted(Observer):
    """Writes down what the store did not do."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self.degraded: list[bool] = []
        self.alone = 0

    @override
    def store_failed(self, kind: str) -> None:
        self.failures.append(kind)

    @override
    def store_degraded(self, *, degraded: bool) -> None:
        self.degraded.append(degraded)

    @override
    def paid_alone(self) -> None:
        self.alone += 1


@dataclass
class Replica:
    """The parts."""

    link: RedisLink
    store: RedisStore
    generations: SharedGenerations
    clock: Clock
    noted: Noted


@asynccontextmanager
async def open_replica(
    url: str, *, seconds: float = 10.0, max_octets: int = 1_000, password: str | None = None
) -> AsyncIterator[Replica]:
    """A replica that has followed the log once, and does so again when it is told to."""
    clock, noted = Clock(), Noted()
    link = RedisLink(connect(Address(url, password)), timeout=seconds, clock=clock, observer=noted)
    store = RedisStore(link, Seal(SECRET), prefix="test", max_octets=max_octets, observer=noted)
    generations = SharedGenerations(link, prefix="test", secret=SECRET, lifetime=360, clock=clock, timer=clock)
    await generations.follow()
    try:
        yield Replica(link, store, generations, clock, noted)
    finally:
        await store.aclose()
        await link.aclose()


async def put(replica: Replica, key: str, value: bytes) -> None:
    """Puts a value and waits until it is written."""
    replica.store.put(key, value, lifetime=60)
    await replica.store.aclose()
