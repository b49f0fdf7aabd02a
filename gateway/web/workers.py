"""Several processes behind one socket: started, started again where one dies, and ended together."""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from multiprocessing import connection, get_context, parent_process
from multiprocessing.context import SpawnProcess
from types import FrameType
from typing import Any

_logger = logging.getLogger(__name__)

Work = Callable[[socket.socket, Callable[[int], None]], None]
"""What a process does: it serves on a socket, and tells the port once it listens. It has to be picklable."""

_AGAIN_SECONDS = 1.0
_START_SECONDS = 60.0


class WorkersError(Exception):
    """The processes cannot be started; the message is one line."""


class Workers:
    """The processes, which share nothing but the socket.

    Args:
        work: What each does.
        count: How many there are.
        listener: A bound socket that listens.
        on_death: Told of the process id of each that has ended.
    """

    def __init__(
        self, work: Work, *, count: int, listener: socket.socket, on_death: Callable[[int], Any] = lambda _: None
    ) -> None:
        self._work = work
        self._count = count
        self._listener = listener
        self._on_death = on_death
        self._workers: list[SpawnProcess] = []
        self._stopping = False

    def run(self, on_listening: Callable[[int], None]) -> None:
        """Runs them until a signal to stop.

        Raises:
            WorkersError: One ended before it listened.
        """
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            for _ in range(self._count):
                self._start()
            if not self._stopping:
                on_listening(self._listener.getsockname()[1])
            self._watch()
        finally:
            for worker in self._workers:
                worker.terminate()
            for worker in self._workers:
                worker.join()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _start(self) -> None:
        receiver, sender = get_context("spawn").Pipe(duplex=False)
        worker = get_context("spawn").Process(target=_serve, args=(self._work, self._listener, sender), daemon=True)
        worker.start()
        sender.close()
        self._workers.append(worker)
        with receiver:
            try:
                listens = receiver.poll(_START_SECONDS) and receiver.recv()
            except EOFError:
                listens = False
        if not listens and not self._stopping:
            raise WorkersError("A worker process ended before it served; its own lines say why.")

    def _watch(self) -> None:
        while not self._stopping:
            ended = connection.wait([worker.sentinel for worker in self._workers], timeout=_AGAIN_SECONDS)
            for worker in [worker for worker in self._workers if worker.sentinel in ended]:
                worker.join()
                self._workers.remove(worker)
                self._on_death(worker.pid or 0)
                if not self._stopping:
                    _logger.error("worker %s ended with status %s; another one starts", worker.pid, worker.exitcode)
                    time.sleep(_AGAIN_SECONDS)  # one that cannot live must not be started as fast as it dies
                    self._start()

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  a handler's signature
        self._stopping = True
        self._listener.close()  # else the kernel would go on taking connections that no worker accepts
        for worker in self._workers:
            worker.terminate()


def _serve(work: Work, listener: socket.socket, sender: "connection.Connection[bool, Any]") -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent passes it on

    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()

    def tell(port: int) -> None:  # noqa: ARG001  the parent knows it
        sender.send(True)
        sender.close()

    work(listener, tell)


def _end_with_parent() -> None:
    """Nobody would end a worker, or free its port, once the parent was killed."""
    parent = parent_process()
    assert parent is not None  # noqa: S101  it was spawned
    connection.wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
