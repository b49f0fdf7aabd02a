"""The loggers of the libraries that see requests to the upstream."""

import logging
from collections.abc import Mapping

import stamina

LEVELS: Mapping[str, int] = {
    "httpx": logging.WARNING,  # at INFO it writes every URL, with the ids in it
    "httpcore": logging.WARNING,  # at DEBUG it writes every header
    "aiohttp": logging.ERROR,  # at WARNING it quotes cookies that it cannot read
}


def tame_loggers() -> None:
    """Keeps them to what tells no URL and no header, whatever level the rest logs at; stamina says nothing."""
    # stamina would write a line for every retry, past all levels; the metrics count them.
    stamina.instrumentation.set_on_retry_hooks(())
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)
