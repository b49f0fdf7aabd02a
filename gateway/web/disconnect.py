"""Clients that go away before they are answered."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

Result = TypeVar("Result")

UNWATCHED_SECONDS = 0.05
"""Work that is done before is not worth watching its client for."""


async def unless_gone(work: Awaitable[Result], receive: Receive) -> Result:
    """The result of some work; the work is cancelled if the client leaves first.

    Args:
        work: Answers the request, whose body has been received.
        receive: Tells of the client.

    Raises:
        ClientDisconnect: The client is gone.
    """
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  a coroutine runs in one
    under_way, left = True, False
    leaving: asyncio.Task[None] | None = None

    def cancel(seen: asyncio.Future[None]) -> None:
        nonlocal left
        if under_way and not seen.cancelled():
            left = True
            task.cancel()

    def watch() -> None:
        nonlocal leaving
        leaving = loop.create_task(_leaves(receive))
        leaving.add_done_callback(cancel)

    loop = task.get_loop()
    timer = loop.call_later(UNWATCHED_SECONDS, watch)
    try:
        return await work
    except asyncio.CancelledError:
        if left and task.uncancel() == 0:  # nobody else has cancelled it
            raise ClientDisconnect from None
        raise
    finally:
        under_way = False
        timer.cancel()
        if leaving is not None:
            leaving.cancel()


async def _leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
