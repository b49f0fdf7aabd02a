"""A redis-server of the test's own on 127.0.0.1, which can be hung, killed, and started again."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from redis import Redis
from redis.exceptions import ConnectionError as NotThere

from tests.support.programs import program

_PATIENCE = 20.0


class RedisServer:
    """A process.

    Args:
        directory: Where it may write.
        options: For its command line.

    Attributes:
        port: Where it listens.
        port_beside: One that is free for more.
    """

    def __init__(self, directory: str, *options: str) -> None:
        self._program = program("redis-server")
        self._directory = directory
        self._options = options
        self.port = _free_port()
        self.port_beside = _free_port()
        self.process = self._started()

    @property
    def url(self) -> str:
        """As GATEWAY_CACHE has it."""
        return f"redis://127.0.0.1:{self.port}"

    def client(self) -> "Redis":
        """A client to look inside with; close it, as by `with`."""
        return Redis(port=self.port)

    def hang(self) -> None:
        """It takes connections and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """It answers again."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """It is gone with all that it held."""
        self.process.kill()
        self.process.wait(_PATIENCE)

    def start(self) -> None:
        """It is there again on the same port, empty."""
        self.process = self._started()

    def _started(self) -> "subprocess.Popen[bytes]":
        command = [self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        process = subprocess.Popen(
            [*command, "--dir", self._directory, *self._options],
            stdout=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
        )
        end = time.monotonic() + _PATIENCE
        with self.client() as client:
            while True:
                try:
                    client.ping()
                except NotThere:
                    assert time.monotonic() < end
                    assert process.poll() is None
                    time.sleep(0.02)  # waits for another process, which has nothing else to wait by
                else:
                    return process


@contextmanager
def redis_server(*options: str) -> Iterator[RedisServer]:
    """Runs one while the block runs. Without the program the test is skipped, and fails where CI runs it."""
    with TemporaryDirectory(prefix="redis-") as directory:
        server = RedisServer(directory, *options)
        try:
            yield server
        finally:
            server.process.kill()
            server.process.wait(_PATIENCE)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
