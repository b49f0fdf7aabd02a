"""Nobody is ever shown what is another's."""

import itertools
from collections.abc import Callable, Sequence

import pytest

from gateway.cache.key import Keys, cache_key, request_key
from tests.leaks.crowd import Crowd, open_crowd
from tests.leaks.paths import PATHS
from tests.support.redis import RedisServer


async def walk(crowd: Crowd, requests: int, between: Callable[[], None]) -> None:
    """Every path in turn, until there were enough requests and every path was walked."""
    for turn, path in enumerate(itertools.cycle(PATHS)):
        if crowd.requests >= requests and turn >= len(PATHS):
            return
        await path(crowd)
        between()


def swap_values(redis: RedisServer) -> None:
    """Every third value in the store goes under the key of another, be it of another scope or of another question."""
    with redis.client() as client:
        keys = sorted(client.scan_iter("*:block:*"))[::3]
        values = client.mget(keys) if keys else []
        for key, value in zip(keys, values[1:] + values[:1], strict=True):
            if value is not None:
                client.set(key, value, ex=60)


async def check(requests: int, redis: RedisServer | None = None) -> None:
    async with open_crowd(seed=requests, store=redis.url if redis else None) as crowd:
        await walk(crowd, requests, (lambda: swap_values(redis)) if redis else (lambda: None))
        assert crowd.requests >= requests
        assert list(crowd.crossings) == []
        assert crowd.shown > crowd.requests * 0.7  # most were shown their own, so there was something to cross
        assert crowd.upstream.calls < crowd.requests * 1.5  # and much of it came from memory or a shared flight


async def test_2000_requests_show_everybody_their_own() -> None:
    """Over every path, with callers of every kind."""
    await check(2_000)


@pytest.mark.proof
async def test_20000_requests_show_everybody_their_own() -> None:
    """The same at its full size."""
    await check(20_000)


async def test_2000_requests_to_two_gateways_show_everybody_their_own(redis: RedisServer) -> None:
    """Over one store, in which somebody swaps values all the while."""
    await check(2_000, redis)


@pytest.mark.proof
async def test_20000_requests_to_two_gateways_show_everybody_their_own(redis: RedisServer) -> None:
    """The same at its full size."""
    await check(20_000, redis)


def without_scope(secret: bytes, scope: str, /, *parts: str) -> str:  # noqa: ARG001  that is the mistake
    """The key as it must not be: the same for everybody."""
    return cache_key(secret, "", *parts)


def without_caller(secret: bytes, caller: Sequence[bytes], /, *parts: bytes) -> str:  # noqa: ARG001  that too
    """The same mistake in front of the document."""
    return request_key(secret, [], *parts)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
async def test_a_key_without_the_scope_is_caught(path: object) -> None:
    """On every path that reads from memory or shares a flight, within some hundred requests."""
    async with open_crowd(seed=1, keys=Keys(without_scope, without_caller)) as crowd:
        walked = next(each for each in PATHS if each is path)
        while not crowd.crossings and crowd.requests < 300:
            await walked(crowd)
        assert crowd.crossings
