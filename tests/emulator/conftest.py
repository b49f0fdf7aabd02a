"""An emulator with one small tenant, and clients for it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import pytest

from gateway.emulator import AccessKey, Emulator, Tenant, Token, serve

PROJECT = "0123456789abcdef0123456789abcdef"
OTHER_PROJECT = "fedcba9876543210fedcba9876543210"
TASKS = f"/v1/{PROJECT}/asset/thumbnails"
DETAILS = f"/v1/{PROJECT}/asset/thumbnail/details"
KEY = AccessKey("AKEXAMPLE0000000TEST", "SkExampleSecretKey0123456789abcdefTESTXX")
TEMPORARY_KEY = AccessKey("AKTEMPORARY00000TEST", "SkTemporarySecretKey", security_token="STEXAMPLETOKEN==")


@dataclass
class Clock:
    """A clock that stands until it is moved; it starts at 20260302T081530Z."""

    now: float = 1_772_439_330.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def emulator(clock: Clock) -> Emulator:
    return Emulator(
        [
            Tenant(
                PROJECT,
                tokens=["good-token", Token("short-token", expires=clock.now + 60)],
                keys=[KEY, TEMPORARY_KEY],
                size=250,
                assets=2,
                clean=True,
            ),
            Tenant(OTHER_PROJECT, tokens=["other-token"], size=3, seed=2, clean=True),
        ],
        clock=clock,
        control=True,
    )


@pytest.fixture
async def client(emulator: Emulator) -> AsyncIterator[httpx.AsyncClient]:
    """In process, with a good token."""
    transport = httpx.ASGITransport(emulator.app)
    headers = {"X-Auth-Token": "good-token"}
    async with httpx.AsyncClient(transport=transport, base_url="http://emulator.test", headers=headers) as client:
        yield client


@pytest.fixture
def url(emulator: Emulator) -> Iterator[str]:
    """The emulator on a socket."""
    with serve(emulator) as url:
        yield url


@pytest.fixture
def caller(url: str) -> Iterator[httpx.Client]:
    """Over loopback, with a good token."""
    with httpx.Client(base_url=url, headers={"X-Auth-Token": "good-token"}, timeout=10) as client:
        yield client
