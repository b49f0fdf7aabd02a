"""How lines are written: structlog renders the access lines, and what the standard library's loggers say.

Access lines go to standard output, everything else to standard error. Only `serve` sets the process's loggers;
the application is handed its access log, and writes none without one.
"""

import logging
import sys
from collections.abc import Sequence
from typing import Any, Protocol, TextIO, cast

import msgspec
import structlog
from structlog.types import EventDict, Processor, WrappedLogger


class AccessLog(Protocol):
    """Writes lines of named values."""

    def info(self, event: str, **values: Any) -> Any:
        """A line that is wanted."""
        ...

    def debug(self, event: str, **values: Any) -> Any:
        """A line that is seldom wanted."""
        ...


def access_log(line_format: str, level: str, stream: TextIO | None = None) -> AccessLog:
    """A log of its own, beside the process's loggers: the shortest way from values to a line.

    Args:
        line_format: `json` or `console`.
        level: The least level that is written.
        stream: Where to; standard output by default.
    """
    log = structlog.wrap_logger(
        structlog.WriteLogger(stream or sys.stdout),
        processors=[structlog.processors.add_log_level, *_rendering(line_format)],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        cache_logger_on_first_use=True,
    )
    return cast("AccessLog", log)


def configure_loggers(line_format: str, level: str) -> None:
    """Sends all that the standard library's loggers say to standard error, in the same form as the access lines."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            # What tracebacks hold are places, never values.
            *([structlog.processors.format_exc_info] if line_format == "json" else []),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(line_format)],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=_number(level), handlers=[handler], force=True)


def name_request(request_id: str) -> None:
    """Puts the id on every line that the running task logs from now on."""
    structlog.contextvars.bind_contextvars(request_id=request_id)


def _rendering(line_format: str) -> Sequence[Processor]:
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    return [stamp, _render_json if line_format == "json" else structlog.dev.ConsoleRenderer(colors=False)]


def _render_json(logger: WrappedLogger, method: str, event: EventDict) -> str:  # noqa: ARG001  structlog's signature
    return msgspec.json.encode(event, enc_hook=repr).decode()


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]
