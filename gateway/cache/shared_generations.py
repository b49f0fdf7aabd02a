"""The generations that replicas share: a log of purges in Redis, which each of them follows.

The log is one sorted set, names of what was purged by the time of it. A replica asks every two seconds for what
is new, however many scopes it serves, so that looking up a generation costs a read no round trip. The same
question finds out whether the store is well: it goes on while the circuit is open, and closes it.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress

from typing_extensions import override

from gateway.cache.generations import EVERYTHING, MOST_PURGES, Generations
from gateway.redis.link import RedisLink, StoreFailed, failure_of

BEAT = 2.0
"""Seconds between two questions; one while the store is out."""

IN_STEP = 5.0
"""Seconds after which a replica that could not ask does not trust the store's entries any more."""

MOST_UNPUBLISHED = 1_000
"""More purges than this that the store could not be told become one of everything."""

_FIRST_TRIES = 3  # the first connection of a process takes longer than any later one
_OVERLAP = 60_000_000  # microseconds asked for again: the store's clock may have stepped back

_FOLLOW = """
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local wrote = redis.pcall('ZADD', KEYS[2], now, ARGV[3])
if type(wrote) == 'number' then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - 10000000)
  redis.call('EXPIRE', KEYS[2], 60)
end
local since = math.max(tonumber(ARGV[1]), now - tonumber(ARGV[2]))
return {type(wrote) == 'table' and wrote.err or '', redis.call('ZCARD', KEYS[2]),
        redis.call('ZRANGEBYSCORE', KEYS[1], string.format('(%.0f', since), '+inf', 'WITHSCORES')}
"""

_PURGE = """
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if last[2] then now = math.max(now, tonumber(last[2]) + 1) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[1]))
local names = {unpack(ARGV, 3)}
local everything = redis.call('ZCARD', KEYS[1]) + #names > tonumber(ARGV[2])
for _, name in ipairs(names) do everything = everything or name == 'all' end
if everything then
  redis.call('DEL', KEYS[1])
  names = {'all'}
end
for _, name in ipairs(names) do redis.call('ZADD', KEYS[1], now, name) end
redis.call('EXPIRE', KEYS[1], math.ceil(tonumber(ARGV[1]) / 1000000))
return {string.format('%.0f', now), everything and 1 or 0}
"""


class SharedGenerations(Generations):
    """Follows the log, and writes to it.

    Args:
        link: The way to the store.
        prefix: Begins every key.
        secret: As in `Generations`.
        lifetime: Likewise.
        clock: Likewise.
        timer: Seconds since any moment, for how long ago the log was read.
    """

    def __init__(
        self,
        link: RedisLink,
        *,
        prefix: str,
        secret: bytes,
        lifetime: float,
        clock: Callable[[], float],
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(secret=secret, lifetime=lifetime, clock=clock)
        self._timer = timer
        self._link = link
        self._keys = [f"{prefix}:purges", f"{prefix}:replicas"]
        self._name = secrets.token_hex(8)
        self._follow_script = link.client.register_script(_FOLLOW)
        self._purge_script = link.client.register_script(_PURGE)
        self._unpublished: Counter[str] = Counter()
        self._seen = 0
        self._asked_at = float("-inf")
        self._replicas = 1
        self._following: asyncio.Task[None] | None = None

    @property
    @override
    def in_step(self) -> bool:
        return self._timer() - self._asked_at <= IN_STEP

    @property
    @override
    def replicas(self) -> int:
        return self._replicas

    @override
    async def begin(self) -> None:
        for _ in range(_FIRST_TRIES):
            if not self.in_step:
                await self.follow()
        self._following = asyncio.create_task(self._follow_on())

    @override
    async def aclose(self) -> None:
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following

    @override
    async def purge(self, *names: str) -> bool:
        self._begin_alone(names)
        return await self._publish()

    @override
    def _begin_alone(self, names: Iterable[str]) -> None:
        super()._begin_alone(names)
        self._unpublished.update(names)
        if len(self._unpublished) > MOST_UNPUBLISHED:
            self._unpublished = Counter()
            self._begin_alone((EVERYTHING,))

    async def follow(self) -> None:
        """Asks for what was purged, and tells what the store could not be told before."""
        try:
            problem, self._replicas, log = await self._link.ask(self._read_log, probe=True)
        except StoreFailed:
            return
        for name, began in log:
            self._seen = max(self._seen, began)
            self._learn(name, began)
        self._forget_old()
        self._asked_at = self._timer()
        if problem:
            self._link.failed(failure_of(problem))
        else:
            self._link.wrote()
            await self._publish()

    async def _read_log(self) -> tuple[str, int, list[tuple[str, int]]]:
        """How writing failed, how many follow, and what was purged when. Garbage in the log is no answer."""
        arguments: list[str | int] = [max(0, self._seen - _OVERLAP), self._microseconds, self._name]
        problem, replicas, log = await self._follow_script(keys=self._keys, args=arguments)
        purged = [(name.decode(), int(float(began))) for name, began in zip(log[::2], log[1::2], strict=True)]
        return problem.decode(), replicas, purged

    async def _publish(self) -> bool:
        """Tells the store of this process's own purges; whether there is none left that it does not know."""
        names, self._unpublished = self._unpublished, Counter()
        if not names:
            return True
        try:
            began, everything = await self._link.ask(lambda: self._write_log(names))
        except BaseException as problem:
            self._unpublished.update(names)
            if not isinstance(problem, StoreFailed):  # whoever asked for the purge is gone; it is owed all the same
                raise
            return False
        for name, count in names.items():
            self._learn(name, began, published=count)
        if everything:  # it stands alone in the log now
            self._learn(EVERYTHING, began)
        return True

    async def _write_log(self, names: Iterable[str]) -> tuple[int, bool]:
        """When the purge was, and whether it became one of everything."""
        arguments: list[str | int] = [self._microseconds, MOST_PURGES, *names]
        began, everything = await self._purge_script(keys=self._keys[:1], args=arguments)
        return int(began), bool(everything)

    async def _follow_on(self) -> None:
        while True:
            await asyncio.sleep(BEAT / 2 if self._link.degraded else BEAT)
            await self.follow()

    @property
    def _microseconds(self) -> int:
        return int(self._kept_for * 1e6)
