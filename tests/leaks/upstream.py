"""An upstream where every row says whose it is: the same question has another answer for every caller."""

import asyncio
import random
import re
from urllib.parse import parse_qs

import httpx
import msgspec
from typing_extensions import override

ROWS = 230
MARK = re.compile(r"mark\d{4}x")


def mark(number: int) -> str:
    """What stands in every row, error, header and cookie of one caller."""
    return f"mark{number:04}x"


class MarkedUpstream(httpx.AsyncBaseTransport):
    """Answers by credential alone: by the token, by the AK, and for the gateway's own key by the project.

    Args:
        held_access: The AK of the gateway's own key.
        rng: How many turns of the loop an answer takes.
    """

    def __init__(self, held_access: str, rng: random.Random) -> None:
        self._held_access = held_access
        self._rng = rng
        self.failing: dict[str, int] = {}
        self.calls = 0
        self.crossings: list[str] = []

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        owner = self._owner(request)
        others = set(MARK.findall(f"{request.headers.raw!r} {request.url.path}")) - {owner}
        if others:
            self.crossings.append(f"a call for {owner} carries {others}")
        for _ in range(self._rng.randrange(6)):
            await asyncio.sleep(0)
        headers = {"Set-Cookie": f"session={owner}", "X-Request-Id": owner, "X-Owner": owner, "ETag": f'"{owner}"'}
        if status := self.failing.get(owner):
            body = {"error_code": "TEST.0001", "error_msg": f"{owner} sent {request.headers.raw!r}"}
            return httpx.Response(status, headers=headers, content=msgspec.json.encode(body))
        return httpx.Response(200, headers=headers, content=msgspec.json.encode(self._rows(request, owner)))

    def _owner(self, request: httpx.Request) -> str:
        headers = request.headers
        if "x-auth-token" in headers:
            return str(MARK.findall(headers["x-auth-token"])[0])
        access = headers["authorization"].partition("Access=")[2].partition(",")[0]
        return str(MARK.findall(request.url.path if access == self._held_access else access)[0])

    @staticmethod
    def _rows(request: httpx.Request, owner: str) -> object:
        asked = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        offset, limit, task = int(asked["offset"]), int(asked["limit"]), asked.get("task_id", "")
        if request.url.path.endswith("details"):
            mine = owner in task
            rows = [{"offset": second, "url": f"https://{owner}.example.com/{second}.jpg"} for second in range(25)]
            return {"total": 25 * mine, "thumbnail_result": rows[offset : offset + limit] if mine else []}
        names = [f"{owner}-{number}" for number in range(ROWS)]
        found = [name for name in names if task in {"", name}]
        return {"total": len(found), "thumbnails": [{"task_id": name} for name in found[offset : offset + limit]]}
