"""Accepts every connection that is waiting, whenever the event loop comes round.

uvloop accepts one connection in each turn of its loop. A turn grows with the work in it, so under load
new connections would wait in the kernel, for a minute and more, where no cap counts them and no deadline
runs. Once they are accepted, `limits.Gate` answers or refuses them.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress

ALL_AT_ONCE = 256
"""Connections in one turn of the loop: as many as can be waiting, nearly always."""


class Acceptor:
    """Accepts beside the server, on duplicates of its listening sockets.

    Args:
        listeners: The server's sockets.
        protocol: Makes the protocol of a new connection.
        at_once: The most that are accepted in one turn; few where other processes accept from the same socket.
    """

    def __init__(
        self,
        listeners: Iterable[socket.socket],
        protocol: Callable[[], asyncio.Protocol],
        *,
        at_once: int = ALL_AT_ONCE,
    ) -> None:
        self._at_once = at_once
        self._loop = asyncio.get_running_loop()
        self._protocol = protocol
        self._sockets = [socket.socket(fileno=os.dup(listener.fileno())) for listener in listeners]
        self._connecting: set[asyncio.Task[object]] = set()
        for listener in self._sockets:
            listener.setblocking(False)
            self._loop.add_reader(listener.fileno(), self._accept, listener)

    def close(self) -> None:
        """Accepts those that are waiting, and no more: the kernel would drop them with the socket."""
        for listener in self._sockets:
            self._accept(listener)
            self._loop.remove_reader(listener.fileno())
            listener.close()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # none is waiting any more, or there is no file descriptor left for it
            for _ in range(self._at_once):
                connection, _address = listener.accept()
                connection.setblocking(False)
                task = self._loop.create_task(self._connect(connection))
                self._connecting.add(task)
                task.add_done_callback(self._connecting.discard)

    async def _connect(self, connection: socket.socket) -> None:
        with suppress(OSError):  # the client is gone already
            await self._loop.connect_accepted_socket(self._protocol, connection)
