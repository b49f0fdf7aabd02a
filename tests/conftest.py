"""What every test may use."""

from collections.abc import AsyncIterator

import pytest

from tests.support.house import House, open_house


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway over 250 clean tasks."""
    async with open_house() as opened:
        yield opened
