import shlex
import signal
from pathlib import Path

import httpx
import pytest

from tests.support.processes import PATIENCE, running


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_the_printed_curl_line_works(by: signal.Signals, tmp_path: Path) -> None:
    """What it prints is a request that it answers with data; SIGTERM and Ctrl-C end it without a complaint.

    The settings of a gateway that is configured here too, or badly configured, do not matter.
    """
    (tmp_path / ".env").write_text("GATEWAY_NONSENSE=1\n")
    environment = {"GATEWAY_PORT": "x"}
    with running("demo", "--port", "0", "--size", "77", environment=environment, where=tmp_path) as demo:
        lines = demo.said.splitlines()
        while not lines[-1].startswith("curl "):
            assert demo.process.stdout is not None
            lines.append(demo.process.stdout.readline().strip())
        _, url, *options = shlex.split(lines[-1])
        given = list(zip(options[::2], options[1::2], strict=True))
        headers = dict(value.split(": ", 1) for name, value in given if name == "-H")
        [body] = [value for name, value in given if name == "-d"]
        answer = httpx.post(url, content=body, headers=headers, timeout=PATIENCE)
        assert answer.status_code == 200
        assert httpx.get(f"{demo.url}/readyz", timeout=PATIENCE).json() == {"status": "ready"}
        page = answer.json()["data"]["thumbnailTasks"]
        assert (page["totalCount"], len(page["nodes"])) == (77, 3)
        assert demo.end(by) in {0, -by}
        assert demo.complaints == ""
