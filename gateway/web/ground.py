"""What nearly every part of the application stands on."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.cache.key import Keys
from gateway.observability.observer import Observer


@dataclass(frozen=True)
class Ground:
    """The seams below everything.

    Args:
        clock: Seconds since the epoch.
        secret: Keys the digests that stand for credentials and questions.
        keys: Make the keys of what is remembered.
        observer: Is told what happens.
    """

    clock: Callable[[], float]
    secret: bytes
    keys: Keys
    observer: Observer
