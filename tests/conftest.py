"""What every test may use."""

from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import settings

from tests.support.house import House, open_house
from tests.support.redis import RedisServer, redis_server

settings.register_profile("gate", deadline=None, derandomize=True)  # the same on every machine, however slow
settings.load_profile("gate")


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway over 250 clean tasks."""
    async with open_house() as opened:
        yield opened


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A redis-server of the test's own."""
    with redis_server() as server:
        yield server
