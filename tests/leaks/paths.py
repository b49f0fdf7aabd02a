"""Every path that an answer can take through the gateway, walked by a crowd.

Work that adds a path adds a function here and puts it into `PATHS`; the suite then walks it with the others.
A path asks through `Crowd.ask`, which looks at every answer by itself.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

from gateway.credentials.kinds import Kind
from tests.leaks.crowd import ASSETS, Crowd, User

PAGE = """query Page($asset: ID, $first: Int = 5, $after: String) {
  thumbnailTasks(assetId: $asset, first: $first, after: $after) {
    edges { cursor node { id taskId } } pageInfo { endCursor } totalCount } }"""
TASK = "query Task($task: ID!) { thumbnailTask(taskId: $task) { taskId } }"
NODE = "query Node($id: ID!) { node(id: $id) { id ... on ThumbnailTask { taskId } } }"
SNAPSHOTS = "{ thumbnailTasks(first: 2) { nodes { taskId snapshots(first: 2) { nodes { url } } } } }"
ALIASES = """query Many($one: ID, $two: ID) {
  a: thumbnailTasks(assetId: $one, first: 3) { nodes { taskId } }
  b: thumbnailTasks(assetId: $two, first: 3) { nodes { taskId } }
  c: thumbnailTasks(first: 3) { nodes { taskId snapshots(first: 1) { nodes { url } } } } }"""
ENTITIES = """query Entities($these: [_Any!]!) { _entities(representations: $these) {
  ... on Asset { assetId thumbnailTasks(first: 3) { nodes { taskId snapshots(first: 1) { nodes { url } } } } }
  ... on ThumbnailTask { taskId } } }"""

EVERY = tuple(Kind)
REMEMBERED = (Kind.TOKEN, Kind.KEY)


async def miss_and_hit(crowd: Crowd) -> None:
    """The same few questions from everybody, one after the other: first from the upstream, then from memory."""
    asset = crowd.rng.choice(ASSETS)
    for user in crowd.of(*EVERY):
        await crowd.ask(user, PAGE, asset=asset)
        await crowd.ask(user, PAGE, asset=asset, first=4)  # other octets: the block is read, not the whole answer


async def kept_whole(crowd: Crowd) -> None:
    """The same octets from everybody, again and again: answered without a look at the document."""
    asset = crowd.rng.choice(ASSETS)
    for _ in range(3):
        await asyncio.gather(*(crowd.ask(user, PAGE, asset=asset) for user in crowd.of(*EVERY)))


async def joined_flight(crowd: Crowd) -> None:
    """Everybody asks the same at the same time, twice."""
    asset = f"new-{crowd.requests}"
    await asyncio.gather(*(crowd.ask(user, PAGE, asset=asset) for user in crowd.of(*EVERY) * 2))


async def errors(crowd: Crowd) -> None:
    """Some are failed by the upstream, which quotes their headers, while others ask the same."""
    asset = f"failing-{crowd.requests}"
    for user, status in zip(crowd.of(*EVERY), (400, 403, 404, 429, 500, 503), strict=False):
        crowd.upstream.failing[user.mark] = status
    await asyncio.gather(*(crowd.ask(user, PAGE, asset=asset) for user in crowd.of(*EVERY)))
    crowd.upstream.failing.clear()
    crowd.clock.now += 61  # the longest that the upstream is left alone after failures


async def refused(crowd: Crowd) -> None:
    """One token is refused, remembered as such, and accepted again; the others notice nothing."""
    dead, *others = crowd.of(Kind.TOKEN)
    crowd.upstream.failing[dead.mark] = 401
    for turn in range(3):
        asset = f"refused-{turn}"
        await asyncio.gather(*(crowd.ask(user, PAGE, asset=asset) for user in (dead, *others[:3])))
    crowd.upstream.failing.clear()
    crowd.clock.now += 61  # the longest that the upstream is left alone after failures
    crowd.clock.now += 10
    await crowd.ask(dead, PAGE, asset="refused-0")


async def cancelled(crowd: Crowd) -> None:
    """Leaders and followers leave in the middle of their flights; the others stay."""
    asset = f"cancelled-{crowd.requests}"
    tasks = [asyncio.create_task(crowd.ask(user, PAGE, asset=asset)) for user in crowd.of(*EVERY) * 2]
    for task in crowd.rng.sample(tasks, len(tasks) // 2):
        for _ in range(crowd.rng.randrange(8)):
            await asyncio.sleep(0)
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def aliases(crowd: Crowd) -> None:
    """Several questions in one document, and the pictures of each task."""
    one, two = crowd.rng.sample(ASSETS, 2)
    await asyncio.gather(*(crowd.ask(user, ALIASES, one=one, two=two) for user in crowd.of(*REMEMBERED)))


async def background_refresh(crowd: Crowd) -> None:
    """Old copies are served while they are read again, and some of these reads fail."""
    asset = crowd.rng.choice(ASSETS)
    await asyncio.gather(*(crowd.ask(user, PAGE, asset=asset) for user in crowd.of(*REMEMBERED)))
    crowd.clock.now += 11
    for user in crowd.of(*REMEMBERED)[:3]:
        crowd.upstream.failing[user.mark] = crowd.rng.choice((401, 403, 500)) if user.kind is Kind.TOKEN else 500
    await asyncio.gather(*(crowd.ask(user, PAGE, asset=asset) for user in crowd.of(*REMEMBERED) * 2))
    crowd.upstream.failing.clear()
    crowd.clock.now += 61  # the longest that the upstream is left alone after failures
    await asyncio.gather(*(crowd.ask(user, PAGE, asset=asset) for user in crowd.of(*REMEMBERED)))


async def stale_if_error(crowd: Crowd) -> None:
    """Older copies stand in where the upstream is down."""
    asset = crowd.rng.choice(ASSETS)
    await asyncio.gather(*(crowd.ask(user, PAGE, asset=asset) for user in crowd.of(*REMEMBERED)))
    crowd.clock.now += 70
    for user in crowd.users:
        crowd.upstream.failing[user.mark] = 503
    await asyncio.gather(*(crowd.ask(user, PAGE, asset=asset) for user in crowd.of(*EVERY)))
    crowd.upstream.failing.clear()
    crowd.clock.now += 61  # the longest that the upstream is left alone after failures


async def read_through(crowd: Crowd) -> None:
    """Some ask for what is new while others are content with what is remembered."""
    asset = crowd.rng.choice(ASSETS)
    new = {"Cache-Control": "no-cache"}
    asked = [crowd.ask(user, PAGE, crowd.rng.choice((new, {})), asset=asset) for user in crowd.of(*EVERY)]
    await asyncio.gather(*asked)


async def borrowed_cursors(crowd: Crowd) -> None:
    """A cursor and an id of one caller in the hands of another open nothing."""

    async def borrow(lender: User, borrower: User) -> None:
        found = (await crowd.ask(lender, PAGE, asset="lent"))["data"]["thumbnailTasks"]
        await crowd.ask(borrower, PAGE, asset="lent", after=found["pageInfo"]["endCursor"])
        node: dict[str, Any] = found["edges"][0]["node"]
        await crowd.ask(borrower, TASK, task=node["taskId"])
        await crowd.ask(borrower, NODE, id=node["id"])

    callers = crowd.of(*REMEMBERED)
    await asyncio.gather(*(borrow(lender, borrower) for lender, borrower in itertools.pairwise(callers)))


async def large_pages(crowd: Crowd) -> None:
    """Pages of several blocks, read ahead of need, and tasks with their pictures."""
    asset = f"large-{crowd.requests}"
    large = [crowd.ask(user, PAGE, asset=asset, first=120) for user in crowd.of(*REMEMBERED)[:2]]
    await asyncio.gather(*large, *(crowd.ask(user, SNAPSHOTS) for user in crowd.of(*REMEMBERED)))


async def entities(crowd: Crowd) -> None:
    """A router asks for everybody at once: for the same assets, named twice, and for a task of one's neighbour."""
    assets = [{"__typename": "Asset", "assetId": asset} for asset in crowd.rng.choices(ASSETS, k=5)]
    callers = crowd.of(*REMEMBERED)
    asked = []
    for user, neighbour in itertools.pairwise([*callers, callers[0]]):
        tasks = [{"__typename": "ThumbnailTask", "taskId": f"{owner.mark}-1"} for owner in (user, neighbour)]
        asked.append(crowd.ask(user, ENTITIES, these=[*assets, *tasks]))
    await asyncio.gather(*asked)


async def explained(crowd: Crowd) -> None:
    """Everybody asks how the answer came about: by one's own calls, by joining one, from memory, by a failed one."""
    asset = f"explained-{crowd.requests}"
    for turn in range(2):
        asked = [crowd.ask(user, PAGE, {"X-Explain": "1"}, asset=asset) for user in crowd.of(*EVERY) * 2]
        answers = await asyncio.gather(*asked)
        assert all(answer["extensions"]["explain"]["fields"] for answer in answers)
        if turn == 0:
            crowd.clock.now += 70
            for user in crowd.users:
                crowd.upstream.failing[user.mark] = 503
    crowd.upstream.failing.clear()
    crowd.clock.now += 61  # the longest that the upstream is left alone after failures


PATHS: tuple[Callable[[Crowd], Awaitable[None]], ...] = (
    miss_and_hit,
    kept_whole,
    joined_flight,
    errors,
    refused,
    cancelled,
    aliases,
    background_refresh,
    stale_if_error,
    read_through,
    borrowed_cursors,
    large_pages,
    entities,
    explained,
)
