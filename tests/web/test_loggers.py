import logging
from collections.abc import Iterator

import pytest
import stamina

from gateway.web.loggers import LEVELS, tame_loggers


@pytest.fixture
def levels() -> Iterator[None]:
    """Puts the levels back that the test changes."""
    before = {name: logging.getLogger(name).level for name in LEVELS}
    hooks = stamina.instrumentation.get_on_retry_hooks()
    yield
    stamina.instrumentation.set_on_retry_hooks(hooks)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.usefixtures("levels")
def test_loggers_that_see_requests_are_kept_quiet() -> None:
    """Also where the root logger writes everything."""
    tame_loggers()
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert not logging.getLogger("httpcore.http11").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("aiohttp.client").isEnabledFor(logging.WARNING)
    assert logging.getLogger("aiohttp.client").isEnabledFor(logging.ERROR)
    assert stamina.instrumentation.get_on_retry_hooks() == ()
