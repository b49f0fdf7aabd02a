"""The gateway's own key: signs for callers that were admitted, and stops where a signature is refused."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import ClassVar

from typing_extensions import override

from gateway.credentials.kinds import Credential, Kind
from gateway.credentials.refusals import KnownRefusal
from gateway.credentials.signing import SigningKey, authorization, headers_to_sign
from gateway.errors import Forbidden, NotFound, RateLimited, Unauthenticated
from gateway.observability.observer import Observer

STOP_SECONDS = 360.0
"""The vendor locks a key for 5 minutes after more than 5 refused signatures in a row; this outlasts the lock."""


class HeldKey:
    """A key, and whether the upstream takes its signatures; one for the whole gateway.

    Until a first signature has been taken, calls go one by one: a wrong key then costs one refusal,
    not one for every request that is waiting. A signature was taken as well where the upstream says that
    there is no such thing, that it may not be read, or that too much was asked.

    Args:
        key: Signs.
        scope: The digest under which everything that it reads is shared.
        clock: Seconds since the epoch.
        observer: Is told that it stops.
    """

    def __init__(
        self, key: SigningKey, *, scope: str, clock: Callable[[], float], observer: Observer | None = None
    ) -> None:
        self._observer = observer or Observer()
        self.scope = scope
        self._key = key
        self._clock = clock
        self._refused_at: float | None = None
        self._proven = False
        self._alone = asyncio.Lock()

    @property
    def stopped_for(self) -> float:
        """Seconds for which nothing more is signed; 0 where the key signs."""
        if self._refused_at is None:
            return 0.0
        left = self._refused_at + STOP_SECONDS - self._clock()
        return min(left, STOP_SECONDS) if left > 0 else 0.0

    def for_project(self, project_id: str) -> "KeyCredential":
        """The credential that reads one project."""
        return KeyCredential(self, project_id)

    def sign(self, method: str, host: str, target: str, project_id: str) -> Mapping[str, str]:
        """Headers with a signature made now."""
        headers = headers_to_sign(self._key, host, project_id, self._clock())
        return {**headers, "Authorization": authorization(self._key, method, target, headers)}

    def check(self) -> None:
        """Refuses to sign while the key is stopped.

        Raises:
            KnownRefusal: A signature was refused less than 6 minutes ago.
        """
        if seconds := self.stopped_for:
            raise KnownRefusal(
                "The upstream refused the gateway's own key. The gateway signs nothing with it for some minutes, "
                "so that the key is not locked; whoever runs the gateway has to see to it.",
                retryAfterSeconds=round(seconds, 1),
            )

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Surrounds one upstream read.

        Raises:
            KnownRefusal: As `check`.
        """
        async with AsyncExitStack() as stack:
            if self._untried():
                await stack.enter_async_context(self._alone)
                if not self._untried():
                    await stack.aclose()
            self.check()
            refused_before = self._refused_at
            try:
                yield
            except KnownRefusal:
                raise
            except Unauthenticated:
                self._refused_at = self._clock()
                self._proven = False
                self._observer.refusing("key", self._refused_at + STOP_SECONDS)
                raise
            except (NotFound, Forbidden, RateLimited) as problem:
                if "upstream" in problem.details:  # and was not raised by a layer that did not ask it
                    self._prove(refused_before)
                raise
            self._prove(refused_before)

    def _untried(self) -> bool:
        return not self._proven

    def _prove(self, refused_before: float | None) -> None:
        # A call that began before a refusal and ends after it proves nothing any more.
        if self._refused_at == refused_before:
            self._proven = True


class KeyCredential(Credential):
    """The held key, for one project."""

    kind: ClassVar[Kind] = Kind.KEY
    one_request: ClassVar[bool] = False

    def __init__(self, key: HeldKey, project_id: str) -> None:
        self._key = key
        self._project_id = project_id

    @property
    @override
    def scope(self) -> str:
        return self._key.scope

    @override
    def attempt(self) -> AbstractAsyncContextManager[None]:
        return self._key.attempt()

    @override
    def check(self) -> None:
        self._key.check()

    @override
    def authorise(self, method: str, host: str, target: str) -> Mapping[str, str]:
        return self._key.sign(method, host, target, self._project_id)
