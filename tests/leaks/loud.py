"""Serves the gateway by the settings in the environment, with every logger at DEBUG and every record in full."""

import asyncio
import logging
import sys

from typing_extensions import override

from gateway.observability.logs import access_log
from gateway.settings import load
from gateway.web import server
from gateway.web.app import create_app
from gateway.web.parts import request_limits


class Everything(logging.Formatter):
    """A line for a record with all that is attached to it, as a structured log would have it."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return f"{super().format(record)} | {vars(record)!r}"


def shout(port: int) -> None:
    """Sets every logger that there is to DEBUG, the tamed ones too, and the loop; tells the port."""
    for name in ("aiohttp.client", "aiohttp.internal", "httpx", "httpcore", *logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        logger.propagate = True
        logger.disabled = False
    loop = asyncio.get_running_loop()
    loop.set_debug(enabled=True)
    loop.slow_callback_duration = 0.0  # so that asyncio describes every callback that it runs
    print(port, flush=True)  # noqa: T201  how the test finds the server


def main() -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Everything())
    logging.basicConfig(level=logging.DEBUG, handlers=[handler])
    logging.captureWarnings(capture=True)
    settings = load(env_file=None)
    print(settings, repr(settings))  # noqa: T201  as a careless start-up message would
    app = create_app(settings, log=access_log("json", "debug"))
    server.serve(app, limits=request_limits(settings), host="127.0.0.1", port=0, on_listening=shout)


main()
