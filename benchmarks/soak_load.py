"""What the callers of the soak do: one operation after the other, by the dice."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from benchmarks.soak_callers import CALLERS, DEAD, NOBODY, TOKENS, Asked, Caller, Client, presigned
from benchmarks.soak_upstream import SIZE, Project

PAGE = """
query Page($assetId: ID, $first: Int, $after: String) {
  thumbnailTasks(assetId: $assetId, first: $first, after: $after) {
    edges { cursor node { id taskId thumbnailCount parameters { type time dots } } }
    pageInfo { hasNextPage endCursor } totalCount
  }
}
"""
TASK = """
query Task($id: ID!) {
  thumbnailTask(taskId: $id) { taskId thumbnailCount snapshots(first: 5) { nodes { url offsetSeconds } } }
}
"""
ENTITIES = """
query Entities($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on Asset { thumbnailTasks(first: 5) { nodes { taskId thumbnailCount } } }
    ... on ThumbnailTask { taskId thumbnailCount }
  }
}
"""
TOO_MUCH = " ".join(f"a{number}: thumbnailTasks(first: 1000) {{ totalCount }}" for number in range(20))
BAD = (
    ("{ thumbnailTasks(first: 5000) { totalCount } }", "BAD_USER_INPUT"),
    ('{ thumbnailTasks(after: "nowhere") { totalCount } }', "BAD_USER_INPUT"),
    ('{ node(id: "nonsense") { id } }', "BAD_USER_INPUT"),
    ("{ thumbnailTasks(first: ", "GRAPHQL_PARSE_FAILED"),
    ("{ thumbnails { taskId } }", "GRAPHQL_VALIDATION_FAILED"),
    ("query A { __typename } query B { __typename }", "OPERATION_RESOLUTION_FAILURE"),
    (f"{{ {TOO_MUCH} }}", "QUERY_TOO_COMPLEX"),
)


@dataclass
class Walks:
    """How walks ended, and rows that they lost or met twice though these stood all the time.

    Args:
        finished: At the end of the list.
        stale: At a page that failed, the row of whose cursor had been taken out.
        given_up: After too many pages that failed.
        lost: Rows that were there at first, were never taken out, and were not met.
        repeated: Rows that were met twice.
    """

    finished: int = 0
    stale: int = 0
    given_up: int = 0
    lost: int = 0
    repeated: int = 0


@dataclass
class Load:
    """The operations.

    Args:
        client: Asks.
        removed: The ids of tasks that were taken out, filled meanwhile.
        walks: What became of them.
    """

    client: Client
    removed: AbstractSet[str]
    walks: Walks = field(default_factory=Walks)

    def __post_init__(self) -> None:
        self._dice = self.client.dice
        self._kinds: list[Callable[[Caller], Awaitable[object]]] = [
            self.first_page, self.walk, self.task, self.entities, self.aliases, self.bad, self.stranger,
            self.no_cache, self.get, self.explain, self.signed, self.impatient,
        ]  # fmt: skip
        self._weights = [30, 4, 12, 8, 6, 6, 4, 3, 12, 2, 5, 3]

    async def one(self) -> None:
        """One operation, of any kind, by anybody."""
        [operation] = self._dice.choices(self._kinds, self._weights)
        await operation(self._dice.choice(CALLERS))

    def _asset(self, project: Project) -> str:
        rows = project.rows()
        return rows.asset_ids.id_of(self._dice.randrange(rows.assets))

    def _task(self, project: Project) -> str:
        return project.rows().task_ids.id_of(self._dice.randrange(SIZE))

    async def first_page(self, caller: Caller) -> None:
        asset = self._dice.choice((None, self._asset(caller.project)))
        variables = {"assetId": asset, "first": self._dice.choice((5, 10, 20, 100))}
        await self.client.ask("first page", caller, PAGE, variables, asked={"thumbnailTasks": Asked(asset)})

    async def walk(self, caller: Caller) -> None:
        """Through an asset's list to its end; a page that fails is asked for again, three times."""
        asset, first = self._asset(caller.project), self._dice.choice((20, 40, 60))
        met: list[str] = []
        after, more, failures = None, True, 0
        while more:
            page = await self.client.ask(
                "walk",
                caller,
                PAGE,
                {"assetId": asset, "first": first, "after": after},
                asked={"thumbnailTasks": Asked(asset)},
                behind=met[-1] if met else None,
            )
            if page is None and met and met[-1] in self.removed:
                self.walks.stale += 1
                return
            if page is None:
                failures += 1
                if failures > 3:
                    self.walks.given_up += 1
                    return
                await asyncio.sleep(1)
                continue
            connection = page["thumbnailTasks"]
            met += [edge["node"]["taskId"] for edge in connection["edges"]]
            after, more = connection["pageInfo"]["endCursor"], connection["pageInfo"]["hasNextPage"]
            await asyncio.sleep(self._dice.uniform(0, 0.5))
        rows = caller.project.rows()
        at_first = (rows.task_ids.id_of(n) for n in range(SIZE) if rows.asset_ids.id_of(n % rows.assets) == asset)
        self.walks.finished += 1
        self.walks.lost += len(set(at_first) - self.removed - set(met))
        self.walks.repeated += len(met) - len(set(met))

    async def task(self, caller: Caller) -> None:
        task = self._task(caller.project)
        await self.client.ask("snapshots", caller, TASK, {"id": task}, asked={"thumbnailTask": Asked(task=task)})

    async def entities(self, caller: Caller) -> None:
        assets = [self._asset(caller.project) for _ in range(3)]
        tasks = [self._task(caller.project) for _ in range(2)]
        representations = [{"__typename": "Asset", "assetId": asset} for asset in assets]
        representations += [{"__typename": "ThumbnailTask", "taskId": task} for task in tasks]
        wanted = [*(Asked(asset) for asset in assets), *(Asked(task=task) for task in tasks)]
        sent = {"representations": representations}
        await self.client.ask("entities", caller, ENTITIES, sent, asked={"_entities": wanted})

    async def aliases(self, caller: Caller) -> None:
        """Documents that differ, more of them than are kept."""
        assets = {f"a{self._dice.randrange(1_000)}": self._asset(caller.project) for _ in range(3)}
        selection = "{ nodes { taskId } }"
        fields = (f'{name}: thumbnailTasks(assetId: "{asset}") {selection}' for name, asset in assets.items())
        wanted = {name: Asked(asset) for name, asset in assets.items()}
        await self.client.ask("aliases", caller, f"{{ {' '.join(fields)} }}", asked=wanted)

    async def bad(self, caller: Caller) -> None:
        query, code = self._dice.choice(BAD)
        await self.client.ask("bad input", caller, query, expected=code)

    async def stranger(self, _: Caller) -> None:
        who = self._dice.choice((NOBODY, DEAD))
        await self.client.ask(who.kind, who, PAGE, {"first": 10}, expected="UNAUTHENTICATED")

    async def no_cache(self, caller: Caller) -> None:
        asset = self._asset(caller.project)
        await self.client.ask(
            "no-cache",
            caller,
            PAGE,
            {"assetId": asset, "first": 20},
            asked={"thumbnailTasks": Asked(asset)},
            headers={"Cache-Control": "no-cache"},
        )

    async def get(self, caller: Caller) -> None:
        asset = self._asset(caller.project)
        query = f'{{ thumbnailTasks(assetId: "{asset}", first: 10) {{ nodes {{ taskId thumbnailCount }} }} }}'
        await self.client.ask("GET", caller, query, asked={"thumbnailTasks": Asked(asset)}, get=True)

    async def explain(self, caller: Caller) -> None:
        await self.client.ask("explain", caller, PAGE, {"first": 10}, headers={"X-Explain": "1"})

    async def signed(self, _: Caller) -> None:
        first = self._dice.choice((5, 10, 50))
        await self.client.ask("pre-signed", presigned(self.client.host, first), PAGE, {"first": first})

    async def impatient(self, _: Caller) -> None:
        """Goes away before the answer."""
        caller = self._dice.choice(TOKENS)
        uncached = {"Cache-Control": "no-cache"}
        await self.client.ask("impatient", caller, PAGE, {"first": 100}, headers=uncached, patience=0.008)


async def client(load: Load, seconds_between: float, until: float) -> None:
    """One of those who ask: in turn, with pauses."""
    while (begin := time.time()) < until:
        await load.one()
        pause = load.client.dice.expovariate(1 / seconds_between)
        await asyncio.sleep(max(0.0, begin + pause - time.time()))
