"""The calls a minute that replicas may make together, counted in the store that they share."""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress

from typing_extensions import override

from gateway.errors import RateLimited
from gateway.observability.observer import Observer
from gateway.redis.link import RedisLink, StoreFailed
from gateway.upstream.budget import MINUTE, Allowance, CallBudget, LocalBudget, check_wait

# `Minute` in Lua. KEYS: a project's calls by their time, and one scope's of them. ARGV: the most calls, the most
# of the scope, a name for this call, and the time, or nothing for the store's own, by which all replicas agree.
_TAKE = """
local now = tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = time[1] + time[2] / 1000000
end
local wait = 0
for index, most in ipairs({tonumber(ARGV[1]), tonumber(ARGV[2])}) do
  local key = KEYS[index]
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - 60)
  local count = redis.call('ZCARD', key)
  if count >= most then
    local last = most > 0 and redis.call('ZRANGE', key, count - most, count - most, 'WITHSCORES')[2]
    wait = math.max(wait, last and last + 60 - now or 60)
  end
end
if wait > 0 then return tostring(wait) end
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, now, ARGV[3])
  redis.call('EXPIRE', key, 60)
end
return '0'
"""


class SharedBudget(CallBudget):
    """The budget of all replicas. While the store is out, each pays alone, with its part of the allowance.

    Args:
        link: The way to the store.
        allowance: Of all replicas together, for each project.
        prefix: Begins every key.
        secret: Keys the digests that stand for projects.
        clock: Seconds since the epoch, for who pays alone.
        replicas: How many share the allowance.
        observer: Is told of calls that were paid alone.
        time: Seconds since the epoch, for all replicas; by default the store's own clock.
    """

    def __init__(
        self,
        link: RedisLink,
        allowance: Allowance,
        *,
        prefix: str,
        secret: bytes,
        clock: Callable[[], float],
        replicas: Callable[[], int],
        observer: Observer | None = None,
        time: Callable[[], float] | None = None,
    ) -> None:
        self._link = link
        self._allowance = allowance
        self._prefix = prefix
        self._secret = secret
        self._clock = clock
        self._replicas = replicas
        self._observer = observer or Observer()
        self.time = time
        self._script = link.client.register_script(_TAKE)
        self._alone = LocalBudget(allowance, clock=clock)
        self._alone_of = 1

    @override
    async def take(self, project_id: str, scope: str, *, covered: bool) -> None:
        most = self._allowance.most_before_covered if covered else self._allowance.most
        project = f"{self._prefix}:calls:{self._digest(project_id)}"
        time = "" if self.time is None else self.time()
        arguments: list[str | int | float] = [most, self._allowance.most_of_scope, secrets.token_hex(8), time]
        try:
            wait: bytes = await self._link.ask(
                lambda: self._script(keys=[project, f"{project}:{scope}"], args=arguments)
            )
        except StoreFailed:
            self._observer.paid_alone()
            await self._own_part.take(project_id, scope, covered=covered)
        else:
            check_wait(min(float(wait), MINUTE))
            with suppress(RateLimited):  # noted, so that the store's end is no new minute
                await self._own_part.take(project_id, scope, covered=covered)

    @property
    def _own_part(self) -> LocalBudget:
        replicas = max(1, self._replicas())
        if replicas != self._alone_of:
            self._alone, self._alone_of = LocalBudget(self._allowance.shared_by(replicas), clock=self._clock), replicas
        return self._alone

    def _digest(self, project_id: str) -> str:
        return hashlib.blake2b(project_id.encode(), key=self._secret, digest_size=16, person=b"calls").hexdigest()
