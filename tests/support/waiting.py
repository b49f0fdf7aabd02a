"""An upstream that answers when it is told to."""

import asyncio

import httpx


class WaitingUpstream(httpx.AsyncBaseTransport):
    """Answers one task; a question about an id that begins with `slow` waits.

    Attributes:
        release: Lets the waiting answers go.
        begun: How many questions came.
        cancelled: How many were given up while they waited.
    """

    def __init__(self) -> None:
        self.release = asyncio.Event()
        self.came = asyncio.Condition()
        self.begun = 0
        self.cancelled = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answers, now or later."""
        async with self.came:
            self.begun += 1
            self.came.notify_all()
        task_id = request.url.params["task_id"]
        if task_id.startswith("slow"):
            try:
                await self.release.wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
        return httpx.Response(200, json={"total": 1, "thumbnails": [{"task_id": task_id}]})

    async def until_begun(self, count: int) -> None:
        """Waits until that many questions came."""
        async with asyncio.timeout(10), self.came:
            await self.came.wait_for(lambda: self.begun >= count)
