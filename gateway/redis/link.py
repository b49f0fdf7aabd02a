"""The one way to Redis or Valkey: bounded in time and in connections, and left alone while it fails."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from aiocache import RedisCache
from aiocache.serializers import NullSerializer
from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from gateway.observability.observer import Observer
from gateway.redis.circuit import StoreCircuit

CONNECTIONS = 32

Result = TypeVar("Result")


class Failure(StrEnum):
    """How the store fails; the values are labels of metrics."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    FULL = "full"
    READ_ONLY = "read_only"
    REFUSED = "refused"
    OPEN = "open"


class StoreFailed(Exception):
    """The store did not do what it was asked.

    Args:
        failure: How it failed.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Address:
    """Where the store is.

    Args:
        url: `redis://` or, for TLS, `rediss://`, with host and perhaps user, port (6379) and database (0).
        password: Of the user, or of all.
        ca_file: The certificates that vouch for the store's; by default those that the machine trusts.
    """

    url: str
    password: str | None = None
    ca_file: str | None = None


def connect(address: Address) -> RedisCache:
    """A Redis of aiocache's, with connections of our choice; none is opened before it is asked."""
    url = urlsplit(address.url)
    tls = url.scheme == "rediss"
    options: dict[str, object] = {
        "username": unquote(url.username) if url.username else None,
        # A connection that the store closed while it lay in the pool shows itself in use: one try more, at once.
        "retry": Retry(NoBackoff(), 1),
        "timeout": None,  # of the pool; the link's own bounds all
        "socket_timeout": None,
    }
    if tls and address.ca_file:
        options["ssl_ca_certs"] = address.ca_file
    return RedisCache(
        serializer=NullSerializer(encoding=None),
        timeout=None,
        endpoint=url.hostname,
        port=url.port or 6379,
        db=int(url.path.strip("/") or 0),
        password=address.password,
        ssl=tls,
        pool_max_size=CONNECTIONS,
        connection_pool_class=BlockingConnectionPool,
        connection_pool_kwargs=options,
    )


class RedisLink:
    """Asks the store. Whatever goes wrong there is a `StoreFailed`, and soon.

    Args:
        cache: From `connect`.
        timeout: Seconds for one question, connecting included.
        clock: Seconds since the epoch.
        observer: Is told of failures and of the state.
    """

    def __init__(
        self, cache: RedisCache, *, timeout: float, clock: Callable[[], float], observer: Observer | None = None
    ) -> None:
        self.cache = cache
        self._timeout = timeout
        self._clock = clock
        self._observer = observer or Observer()
        self._circuit = StoreCircuit()
        self._refuses_writes = False
        self._told = False

    @property
    def client(self) -> Redis:
        """For commands that aiocache has no word for."""
        client: Redis = self.cache.client
        return client

    @property
    def degraded(self) -> bool:
        """Whether the store is left alone, or takes no writes."""
        return self._circuit.is_open or self._refuses_writes

    async def ask(self, call: Callable[[], Awaitable[Result]], *, probe: bool = False) -> Result:
        """The answer to one question.

        Args:
            call: Asks it.
            probe: Ask although the circuit is open, which good probes close.

        Raises:
            StoreFailed: There is none, or not in time.
        """
        if self._circuit.is_open and not probe:
            raise StoreFailed(Failure.OPEN)
        learn = self._circuit.learn_probe if probe else self._circuit.learn
        try:
            async with asyncio.timeout(self._timeout):
                result = await call()
        except Exception as problem:  # redis-py raises whatever its parser trips over, where no Redis answers
            failure = _failure(problem)
            # What one key refuses says nothing of the store; what the probe refuses, all need.
            learn(self._clock(), failed=probe or failure in {Failure.TIMEOUT, Failure.CONNECTION})
            self.failed(failure)
            raise StoreFailed(failure) from problem
        learn(self._clock(), failed=False)
        self._tell()
        return result

    def failed(self, failure: Failure) -> None:
        """Notes a failure, also one that came as an answer."""
        self._observer.store_failed(failure.value)
        if failure in {Failure.FULL, Failure.READ_ONLY}:
            self._refuses_writes = True
        self._tell()

    def wrote(self) -> None:
        """Notes that the store takes writes."""
        self._refuses_writes = False
        self._tell()

    async def aclose(self) -> None:
        """Closes the connections."""
        await self.client.aclose()

    def _tell(self) -> None:
        if self.degraded is not self._told:
            self._told = self.degraded
            self._observer.store_degraded(degraded=self.degraded)


def failure_of(message: str) -> Failure:
    """The failure that a script brought as an answer, by the first word of its message."""
    word = message.partition(" ")[0]
    return {"OOM": Failure.FULL, "READONLY": Failure.READ_ONLY}.get(word, Failure.REFUSED)


def _failure(problem: Exception) -> Failure:
    match problem:
        case TimeoutError() | exceptions.TimeoutError():
            return Failure.TIMEOUT
        case exceptions.OutOfMemoryError():
            return Failure.FULL
        case exceptions.ReadOnlyError():
            return Failure.READ_ONLY
        case exceptions.ResponseError():
            return failure_of(str(problem))
        case _:
            return Failure.CONNECTION
