"""The balancer of compose.yaml, with its committed file, before two gateways."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.observability.test_metrics import value
from tests.support.house import PAGE
from tests.support.processes import PATIENCE, Running
from tests.support.raw_server import answer, raw_server, reset
from tests.support.replicas import SETTINGS, Replicas, balancer, replicas

TOKEN = "t" * 32_000  # the longest that the vendor's gateway takes is 32 KiB
KIBI = 1024


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    """Two gateways over 1234 tasks."""
    with replicas(tmp_path_factory.mktemp("two"), token=TOKEN, size=1_234) as started:
        yield started


def answered(gateway: Running) -> float:
    """How many requests one gateway has counted."""
    headers = {"Authorization": f"Bearer {SETTINGS['GATEWAY_ADMIN_TOKEN']}"}
    page = httpx.get(f"{gateway.url}/metrics", headers=headers).content
    return value(page, "vod_gateway_requests_total", outcome="ok", code="") or 0


def ask(two: Replicas, **headers: str) -> httpx.Response:
    """One small page."""
    body = {"query": PAGE, "variables": {"first": 1}}
    return httpx.post(f"{two.url}/graphql", json=body, headers={"X-Auth-Token": TOKEN, **headers}, timeout=PATIENCE)


def test_a_walk_that_alternates_between_gateways_sees_every_task_once(two: Replicas) -> None:
    """A cursor of one means the same to the other, and the token of 32 KB reaches both and the upstream."""
    before = [answered(each) for each in two.gateways]
    seen: list[str] = []
    after, pages, more = None, 0, True
    with httpx.Client(headers={"X-Auth-Token": TOKEN}, timeout=PATIENCE) as client:
        while more:
            body = {"query": PAGE, "variables": {"first": 30, "after": after}}
            page = client.post(f"{two.url}/graphql", json=body).json()["data"]["thumbnailTasks"]
            seen += [edge["node"]["taskId"] for edge in page["edges"]]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
            pages += 1
    assert seen == two.emulator.catalogue().task_ids()
    shares = [answered(each) - then for each, then in zip(two.gateways, before, strict=True)]
    assert min(shares) >= pages // 2 - 1  # the last one is counted just after its last octet


@pytest.mark.parametrize(("kibi", "status"), [(60, 200), (90, 200), (100, 431)])
def test_the_gateway_judges_the_size_of_a_head(two: Replicas, kibi: int, status: int) -> None:
    """The balancer lets pass what the gateway takes, the token beside it, and a little more: the refusal has a code."""
    judged = ask(two, **{"X-First": "a" * (kibi * KIBI // 2), "X-Second": "b" * (kibi * KIBI // 2)})
    assert judged.status_code == status
    assert ("errors" in judged.json()) is (status == 431)


def test_a_request_id_goes_there_and_back(two: Replicas) -> None:
    """Through the balancer as without."""
    assert ask(two, **{"X-Request-Id": "one-of-mine"}).headers["X-Request-Id"] == "one-of-mine"


def test_metrics_are_not_served_by_chance(two: Replicas) -> None:
    """One of two pages at random would look like counters that jump."""
    headers = {"Authorization": f"Bearer {SETTINGS['GATEWAY_ADMIN_TOKEN']}"}
    assert httpx.get(f"{two.url}/metrics", headers=headers).status_code == 404


async def test_a_request_whose_gateway_dies_is_asked_again() -> None:
    """A connection that breaks before the answer, of a gateway that was well a moment ago: the other one answers."""

    async def dies(writer: asyncio.StreamWriter) -> None:
        probed = broken.requests[-1].startswith(b"GET /readyz ")
        await (answer(b"ready") if probed else reset())(writer)

    async with raw_server(dies) as broken, raw_server(answer(b"{}")) as well:
        with balancer([broken.url, well.url]) as url:
            async with httpx.AsyncClient(headers={"X-Auth-Token": TOKEN}, timeout=PATIENCE) as asks:
                statuses = [(await asks.post(f"{url}/graphql", json={"query": PAGE})).status_code for _ in range(4)]
    assert statuses == [200] * 4
    assert any(request.startswith(b"POST /graphql ") for request in broken.requests)


async def test_a_gateway_that_is_not_ready_gets_nothing() -> None:
    """One failed check of /readyz is enough, although it would still answer, and one good check after it is not."""

    async def turns(writer: asyncio.StreamWriter) -> None:
        await answer(b"", status="503 stopping" if len(drains.requests) == 2 else "200 OK")(writer)

    async with raw_server(turns) as drains, raw_server(answer(b"{}")) as well:
        with balancer([drains.url, well.url]) as url:
            await drains.until_asked(3)  # the third check comes after the second one was judged
            async with httpx.AsyncClient(timeout=PATIENCE) as asks:
                statuses = [(await asks.post(f"{url}/graphql", json={"query": PAGE})).status_code for _ in range(4)]
    assert statuses == [200] * 4
    assert all(request.startswith(b"GET /readyz ") for request in drains.requests)


async def test_no_request_is_lost_when_one_gateway_stops(tmp_path: Path) -> None:
    """SIGTERM under load: its drain is longer than the balancer needs to turn to the other one."""
    with replicas(tmp_path, token=TOKEN, size=30) as two:
        statuses: list[int] = []
        came, stop = asyncio.Condition(), asyncio.Event()

        async def client() -> None:
            body = {"query": PAGE, "variables": {"first": 3}}
            async with httpx.AsyncClient(headers={"X-Auth-Token": TOKEN}, timeout=PATIENCE) as asks:
                while not stop.is_set():
                    page = await asks.post(f"{two.url}/graphql", json=body)
                    async with came:
                        statuses.append(page.status_code)
                        came.notify_all()

        async def until_answered(more: int) -> None:
            enough = len(statuses) + more
            async with came:
                await came.wait_for(lambda: len(statuses) >= enough)

        async with asyncio.timeout(60), asyncio.TaskGroup() as clients:
            for _ in range(4):
                clients.create_task(client())
            await until_answered(200)
            ended = await asyncio.to_thread(two.gateways[0].end, signal.SIGTERM)
            await until_answered(100)
            stop.set()
        assert ended in {0, -signal.SIGTERM}
        assert set(statuses) == {200}
        assert two.gateways[0].complaints == ""
