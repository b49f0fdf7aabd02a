"""Every call of the upstream goes through here, in layers.

From the outside:

    retry        a read is tried again, within its time and the retry budget
      cool-down    the upstream said 429 for this project or this caller: refused until that is over
      breaker      the upstream keeps failing for this project: refused for a while
        bulkhead     waits for a place; the only layer that waits
          cool-down, breaker   asked again: they may have changed meanwhile
          credential   likewise: it may have been refused to others
          budget       the gateway's own calls a minute; paid last, so only for a call that is made
            client       one request, authorised afresh, bounded in time and size

Everything inside is passed by every attempt, because the vendor counts every attempt. What a layer refuses
was not asked (`NotAsked`, `RateLimited`) and is not tried again; a copy that went stale may stand in for it.
"""

from dataclasses import dataclass
from functools import partial

from gateway.credentials.kinds import Credential
from gateway.errors import RateLimited
from gateway.observability.observer import Observer
from gateway.paging.window import Span
from gateway.upstream.attempts import Attempts
from gateway.upstream.breaker import Breaker, CircuitOpen
from gateway.upstream.budget import CallBudget
from gateway.upstream.bulkhead import Bulkhead, Crowded
from gateway.upstream.client import Filters, UpstreamClient
from gateway.upstream.ending import Ending
from gateway.upstream.endpoints import Endpoint
from gateway.upstream.failures import NotAsked
from gateway.upstream.models import Answer, RowModel
from gateway.upstream.per_project import PerProject
from gateway.upstream.retry import Retries, RetryBudget
from gateway.upstream.throttle import ProjectCooldown


@dataclass(frozen=True)
class Guards:
    """What is remembered of the upstream's state for one project; projects do not suffer for each other."""

    cooldown: ProjectCooldown
    breaker: Breaker
    retry_budget: RetryBudget

    def check(self, scope: str | None) -> None:
        """Refuses a call that would only meet what others met a moment ago."""
        self.cooldown.check(scope)
        self.breaker.check()


class Upstream:
    """Reads the upstream's listings, sparing it and the callers what is known to fail.

    Args:
        client: Makes one call.
        retries: Runs the attempts of a read.
        bulkhead: Bounds the calls under way.
        budget: Pays for calls; None where they cost nothing.
        guards: Each project's state.
        observer: Is told of every call, and of those that are not made.
    """

    def __init__(
        self,
        client: UpstreamClient,
        *,
        retries: Retries,
        bulkhead: Bulkhead,
        budget: CallBudget | None,
        guards: PerProject[Guards],
        observer: Observer | None = None,
    ) -> None:
        self._observer = observer or Observer()
        self._client = client
        self._retries = retries
        self._bulkhead = bulkhead
        self._budget = budget
        self._guards = guards

    async def read(
        self,
        endpoint: Endpoint[RowModel],
        project_id: str,
        filters: Filters,
        span: Span,
        credential: Credential,
        *,
        covered: bool = False,
        attempts: Attempts | None = None,
    ) -> Answer[RowModel]:
        """Asks for one span of a listing.

        Args:
            endpoint: The listing.
            project_id: The project.
            filters: What narrows it.
            span: Which rows.
            credential: Lets each attempt in; one that is good for one request gets one attempt.
            covered: Whether a copy stands in for the answer: it is asked for once, and yields to who has none.
            attempts: Takes the calls.

        Raises:
            GatewayError: By the table of `failures`, or of a layer that refused.
        """
        guards = self._guards.of(project_id)
        attempts = attempts or Attempts()

        async def attempt(deadline: float) -> "Answer[RowModel]":  # quoted: not evaluated for each call
            before = len(attempts.made)
            try:
                guards.check(credential.scope)
                async with self._bulkhead.place(deadline):
                    guards.check(credential.scope)
                    credential.check()
                    if self._budget is not None:
                        await self._budget.take(project_id, credential.scope or "", covered=covered)
                    with (
                        guards.breaker.watch(),
                        guards.cooldown.watch(credential.scope),
                        self._observer.upstream_call(endpoint.template, span.offset, span.limit),
                        Ending(partial(self._ended, attempts)),
                        attempts.begin(),
                    ):
                        return await self._client.read(
                            endpoint, project_id, filters, span, credential.authorise, deadline=deadline
                        )
            except (NotAsked, RateLimited) as problem:
                if len(attempts.made) == before:
                    attempts.refused_by = _by(problem)
                    self._observer.upstream_call_refused(attempts.refused_by)
                raise

        return await self._retries.run(attempt, guards.retry_budget, once=covered or credential.one_request)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    def _ended(self, attempts: Attempts, _: BaseException | None) -> None:
        call = attempts.made[-1]
        assert call.outcome is not None  # noqa: S101  it has ended
        assert call.seconds is not None  # noqa: S101
        self._observer.upstream_call_ended(call.outcome, len(attempts.made), call.seconds)


def _by(problem: NotAsked | RateLimited) -> str:
    match problem:
        case CircuitOpen():
            return "breaker"
        case Crowded():
            return "bulkhead"
        case _:
            return "quota"
