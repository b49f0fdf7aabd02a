import threading
from contextlib import ExitStack

import httpx
import pytest

from gateway.emulator import Emulator, serve
from tests.emulator.conftest import PROJECT, TASKS


def test_it_serves_while_the_block_runs(emulator: Emulator) -> None:
    """A free port on loopback, gone when the block ends, also while a call hangs."""
    emulator.fault("hang", path=TASKS)
    with serve(emulator) as url:
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{url}/_emulator").status_code == 200
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(url + TASKS, timeout=0.1)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/_emulator")
    assert "emulator" not in {thread.name for thread in threading.enumerate()}


def test_a_slow_answer_does_not_outlive_the_server(emulator: Emulator) -> None:
    """The caller sees its connection end as soon as the block does."""
    emulator.fault("drip", seconds=30)
    with ExitStack() as stack:
        with serve(emulator) as url:
            answer = stack.enter_context(httpx.stream("GET", url + TASKS, timeout=20))
            pieces = answer.iter_raw()
            assert next(pieces)
        with pytest.raises(httpx.RemoteProtocolError):
            list(pieces)


def test_a_taken_port_is_told(emulator: Emulator) -> None:
    """Two cannot listen on one port."""
    with serve(emulator) as url, pytest.raises(OSError, match="in use"), serve(emulator, port=int(url.split(":")[2])):
        pass


def test_the_list_can_be_edited_from_outside(caller: httpx.Client, emulator: Emulator) -> None:
    """The block's thread inserts and removes while the server's thread answers, on one kept connection."""
    for turn in range(20):
        emulator.insert(PROJECT, at=turn)
        assert caller.get(TASKS).json()["total"] == 251
        assert emulator.remove(PROJECT, at=turn) == 1
        assert caller.get(TASKS).json()["total"] == 250


def test_latency_delays_every_answer(caller: httpx.Client, emulator: Emulator) -> None:
    """With a latency beyond the caller's patience nothing arrives in time; without, it does."""
    emulator.latency = 30
    with pytest.raises(httpx.ReadTimeout):
        caller.get(TASKS, timeout=0.1)
    emulator.latency = 0
    assert caller.get(TASKS).status_code == 200


def test_the_request_line_arrives_undecoded(caller: httpx.Client, emulator: Emulator) -> None:
    """The journal holds the bytes that were sent, percent codes and all."""
    caller.get(f"{TASKS}?task_id=a%20b%7e%2F")
    assert emulator.journal[0].target == f"{TASKS}?task_id=a%20b%7e%2F"
