"""What every test may use."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import settings

from tests.support.house import House, open_house

settings.register_profile("gate", deadline=None, derandomize=True)  # the same on every machine, however slow
settings.load_profile("gate")


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway over 250 clean tasks."""
    async with open_house() as opened:
        yield opened
