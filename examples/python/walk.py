"""A typed client for the gateway, in one file: walks over all snapshot tasks. Needs httpx.

python walk.py http://127.0.0.1:8000/graphql --token demo-token
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import httpx

PAGE = """
query Tasks($first: Int!, $after: String, $assetId: ID) {
  thumbnailTasks(first: $first, after: $after, assetId: $assetId) {
    nodes { id taskId thumbnailCount parameters { type } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


@dataclass(frozen=True)
class Task:
    """A snapshot task. What is None the platform did not say."""

    id: str
    task_id: str | None
    thumbnail_count: int | None
    type: str | None


@dataclass(frozen=True)
class Page:
    """A page of tasks; the rows that could not be read are left out and counted."""

    tasks: list[Task]
    unreadable: int
    next: str | None
    """The cursor of the page that follows; None where there is none."""


class GraphQLError(Exception):
    """The gateway could not answer.

    Attributes:
        code: Its `extensions.code`, such as `UNAUTHENTICATED`.
        retry_after: Seconds to wait, where it said so.
    """

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        extensions = error.get("extensions", {})
        self.code: str = extensions.get("code", "")
        self.retry_after: float | None = extensions.get("retryAfterSeconds")


class Gateway:
    """Asks a gateway; a context, which closes its connections.

    Args:
        url: Its GraphQL address.
        token: The caller's token.
        asset_id: Of which asset; by default of all.
        page_size: How many tasks at a time, 1 to 1000. The gateway reads a hundred in one call, whatever this is.
        patience: How often to wait and ask again, for one page, while the quota is used up.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        asset_id: str | None = None,
        page_size: int = 100,
        patience: int = 5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = httpx.Client(headers={"X-Auth-Token": token}, timeout=30)
        self._url = url
        self._asset_id = asset_id
        self._page_size = page_size
        self._patience = patience
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def tasks(self, *, restarts: int = 3) -> Iterator[Task]:
        """Walks over all tasks, each once, in the upstream's order.

        A list that changes meanwhile is no trouble: the cursors find their places again. Where it changed too much
        for that (`STALE_CURSOR`) the walk begins anew and leaves out what it has given already.

        Args:
            restarts: How often at most.

        Raises:
            GraphQLError: The gateway could not answer.
            httpx.HTTPError: It could not be reached.
        """
        given: set[str] = set()
        after: str | None = None
        while True:
            try:
                page = self.page(after)
            except GraphQLError as error:
                if error.code != "STALE_CURSOR" or not restarts:
                    raise
                restarts -= 1
                after = None
                continue
            for task in page.tasks:
                if task.id not in given:
                    given.add(task.id)
                    yield task
            if page.next is None:
                return
            after = page.next

    def page(self, after: str | None) -> Page:
        """The page behind a cursor, or the first one. While the quota is used up it waits as long as it is told to.

        Raises:
            GraphQLError: The gateway could not answer.
            httpx.HTTPError: It could not be reached.
        """
        patience = self._patience
        while True:
            try:
                return self._ask(after)
            except GraphQLError as error:
                if error.retry_after is None or not patience:
                    raise
                patience -= 1
                self._sleep(error.retry_after)

    def _ask(self, after: str | None) -> Page:
        variables = {"first": self._page_size, "after": after, "assetId": self._asset_id}
        response = self._client.post(self._url, json={"query": PAGE, "variables": variables})
        answer: dict[str, Any] = response.json()
        connection = (answer.get("data") or {}).get("thumbnailTasks")
        if connection is None:
            raise GraphQLError(answer["errors"][0])
        nodes = connection["nodes"]
        readable = [_task(node) for node in nodes if node]
        page_info = connection["pageInfo"]
        return Page(
            tasks=readable,
            unreadable=len(nodes) - len(readable),
            next=page_info["endCursor"] if page_info["hasNextPage"] else None,
        )


def _task(node: dict[str, Any]) -> Task:
    return Task(
        id=node["id"],
        task_id=node["taskId"],
        thumbnail_count=node["thumbnailCount"],
        type=(node["parameters"] or {}).get("type"),
    )


def main() -> None:
    """Prints all tasks, one a line."""
    parser = argparse.ArgumentParser(description="Lists all snapshot tasks of a gateway.")
    parser.add_argument("url", help="the gateway's GraphQL address")
    parser.add_argument("--token", required=True, help="sent as X-Auth-Token")
    parser.add_argument("--asset", help="only the tasks of this asset")
    arguments = parser.parse_args()
    with Gateway(arguments.url, arguments.token, asset_id=arguments.asset) as gateway:
        try:
            for task in gateway.tasks():
                print(*(("-" if value is None else value) for value in (task.task_id, task.thumbnail_count, task.type)))
        except GraphQLError as error:
            raise SystemExit(f"{error.code}: {error}") from error


if __name__ == "__main__":
    main()
