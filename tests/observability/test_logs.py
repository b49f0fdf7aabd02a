import asyncio
import io
import json
import logging
import subprocess
import sys

import pytest
from typing_extensions import override

from gateway.observability.logs import access_log

SCRIPT = """
import logging, sys, warnings
from gateway.observability.logs import configure_loggers, name_request
configure_loggers(sys.argv[1], "warning")
name_request("the-id")
logging.getLogger("gateway.x").info("too quiet")
logging.getLogger("uvicorn.error").warning("told %s", "something", extra={"path": ["a", object]})
try:
    secret = "sesame"
    raise ValueError("what failed")
except ValueError:
    logging.getLogger("gateway.x").exception("request failed")
"""


def said(line_format: str) -> str:
    """What a process says whose loggers are configured."""
    arguments = [sys.executable, "-c", SCRIPT, line_format]
    ended = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=60)
    assert ended.stdout == ""
    return ended.stderr


def test_an_access_line_is_one_json_object() -> None:
    """With the values, a level and a time in UTC; line breaks in a value do not break the line."""
    stream = io.StringIO()
    access_log("json", "info", stream).info("request", operation="A\nB", ms=1.5, code=None)
    assert stream.getvalue().count("\n") == 1
    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "request", "operation": "A\nB", "ms": 1.5, "code": None, "level": "info"}


class Writes(io.StringIO):
    """Counts them."""

    count = 0

    @override
    def write(self, text: str, /) -> int:
        self.count += 1
        return super().write(text)


async def test_lines_of_one_turn_of_the_loop_are_one_write() -> None:
    """In their order, and all of them before the next turn."""
    stream = Writes()
    log = access_log("json", "info", stream)
    for number in range(3):
        log.info("request", number=number)
    assert stream.count == 0
    await asyncio.sleep(0)
    log.info("request", number=3)
    await asyncio.sleep(0)
    assert stream.count == 2
    assert [json.loads(line)["number"] for line in stream.getvalue().splitlines()] == [0, 1, 2, 3]


@pytest.mark.parametrize("line_format", ["json", "console"])
@pytest.mark.parametrize(("level", "lines"), [("debug", 2), ("info", 1), ("warning", 0)])
def test_the_level_is_kept(level: str, lines: int, line_format: str) -> None:
    """What is below is not written."""
    stream = io.StringIO()
    log = access_log(line_format, level, stream)
    log.debug("quiet")
    log.info("loud")
    assert stream.getvalue().count("\n") == lines


def test_the_loggers_of_the_standard_library_write_the_same_form() -> None:
    """With the logger's name, the request's id, and the traceback of what failed as text without values."""
    warning, error = (json.loads(line) for line in said("json").splitlines())
    assert warning["event"] == "told something"
    assert (warning["logger"], warning["level"], warning["request_id"]) == ("uvicorn.error", "warning", "the-id")
    assert "ValueError: what failed" in error["exception"]
    assert "sesame" not in error["exception"].replace('secret = "sesame"', "")


def test_people_read_lines() -> None:
    """The console's form names the same."""
    text = said("console")
    assert "too quiet" not in text
    assert all(word in text for word in ("told something", "uvicorn.error", "the-id", "ValueError: what failed"))


def test_logs_do_not_touch_the_loggers_of_the_process() -> None:
    """An application with an access log leaves the host's logging as it is."""
    handlers = list(logging.getLogger().handlers)
    access_log("json", "info", io.StringIO()).info("request")
    assert logging.getLogger().handlers == handlers
