"""How lines are written: the access lines, and what the standard library's loggers say, which structlog renders.

Access lines go to standard output, everything else to standard error. Only `serve` sets the process's loggers;
the application is handed its access log, and writes none without one.
"""

import asyncio
import logging
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Protocol, TextIO, cast

import msgspec
import structlog
from structlog.types import EventDict, Processor, WrappedLogger

_JSON = msgspec.json.Encoder(enc_hook=repr)
_request_id: ContextVar[str] = ContextVar("request_id")


class AccessLog(Protocol):
    """Writes lines of named values."""

    def info(self, event: str, **values: Any) -> Any:
        """A line that is wanted."""
        ...

    def debug(self, event: str, **values: Any) -> Any:
        """A line that is seldom wanted."""
        ...


class JsonLines:
    """An access log that writes JSON: the shortest way from values to a line.

    Args:
        level: The least level that is written, as `logging` counts them.
        stream: Where to.
    """

    def __init__(self, level: int, stream: TextIO) -> None:
        self._level = level
        self._stream = stream
        self._waiting: list[bytes] = []

    def info(self, event: str, **values: Any) -> None:
        """A line that is wanted."""
        if self._level <= logging.INFO:
            self._add("info", event, values)

    def debug(self, event: str, **values: Any) -> None:
        """A line that is seldom wanted."""
        if self._level <= logging.DEBUG:
            self._add("debug", event, values)

    def _add(self, level: str, event: str, values: dict[str, Any]) -> None:
        line = {"event": event, **values, "level": level, "timestamp": datetime.now(UTC)}
        self._waiting.append(_JSON.encode(line))
        if len(self._waiting) == 1:
            self._write_soon()

    def _write_soon(self) -> None:
        """Lines of one turn of the event loop are one system call, which costs more than all else about a line."""
        try:
            asyncio.get_running_loop().call_soon(self._write)
        except RuntimeError:
            self._write()

    def _write(self) -> None:
        lines, self._waiting = self._waiting, []
        self._stream.write(b"\n".join((*lines, b"")).decode())
        self._stream.flush()


def access_log(line_format: str, level: str, stream: TextIO | None = None) -> AccessLog:
    """A log of its own, beside the process's loggers.

    Args:
        line_format: `json` or `console`.
        level: The least level that is written.
        stream: Where to; standard output by default.
    """
    stream = stream or sys.stdout
    if line_format == "json":
        return JsonLines(_number(level), stream)
    log = structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[structlog.processors.add_log_level, *_rendering(line_format)],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        cache_logger_on_first_use=True,
    )
    return cast("AccessLog", log)


def configure_loggers(line_format: str, level: str) -> None:
    """Sends all that the standard library's loggers say to standard error, in the same form as the access lines."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            _add_request_id,
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
    _request_id.set(request_id)


def _add_request_id(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:  # noqa: ARG001  structlog's signature
    if (request_id := _request_id.get(None)) is not None:
        event["request_id"] = request_id
    return event


def _rendering(line_format: str) -> Sequence[Processor]:
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    return [stamp, _render_json if line_format == "json" else structlog.dev.ConsoleRenderer(colors=False)]


def _render_json(logger: WrappedLogger, method: str, event: EventDict) -> str:  # noqa: ARG001  structlog's signature
    return _JSON.encode(event).decode()


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]
