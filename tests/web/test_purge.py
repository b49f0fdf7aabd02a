import httpx
import pytest

from tests.support.house import PROJECT, House, open_house

ADMIN = "an-admin-token-of-ours"
BEARER = {"Authorization": f"Bearer {ADMIN}"}


async def purge(house: House, query: str) -> httpx.Response:
    """Asks for it, with the token."""
    return await house.client.post(f"/cache/purge{query}", headers=BEARER)


async def test_there_is_no_route_without_a_token() -> None:
    """Not even a refusal."""
    async with open_house() as house:
        assert (await purge(house, "?all=true")).status_code == 404


async def test_the_route_needs_the_token_and_a_post() -> None:
    """A link that somebody follows purges nothing."""
    async with open_house(admin_token=ADMIN) as house:
        await house.page(first=5)
        assert (await house.client.post("/cache/purge?all=true")).status_code == 401
        assert (await house.client.get("/cache/purge?all=true", headers=BEARER)).status_code == 405
        await house.page(first=5)
        assert house.upstream_calls == 1


@pytest.mark.parametrize(
    "query",
    [
        *("", "?", "?all=yes", "?all", "?project=", "?project=a/b", "?scope=abc", "?scope=ABCDEFABCDEF", "?what=all"),
        *("?all=true&project=p", "?project=p&scope=0123456789ab"),
    ],
)
async def test_what_is_not_named_exactly_is_refused(query: str) -> None:
    """And purges nothing."""
    async with open_house(admin_token=ADMIN) as house:
        await house.page(first=5)
        answer = await purge(house, query)
        assert answer.status_code == 400
        assert "all=true" in answer.json()["error"]
        await house.page(first=5)
        assert house.upstream_calls == 1


@pytest.mark.parametrize(
    ("query", "calls"), [("?all=true", 2), (f"?project={PROJECT}", 2), ("?project=other", 1), (f"?scope={'0' * 32}", 1)]
)
async def test_what_is_in_memory_is_purged(query: str, calls: int) -> None:
    """At once; what belongs to others stays."""
    async with open_house(admin_token=ADMIN) as house:
        await house.page(first=5)
        answer = await purge(house, query)
        assert (answer.status_code, answer.json()) == (200, {"purged": True})
        assert answer.headers["cache-control"] == "no-store"
        await house.page(first=5)
        assert house.upstream_calls == calls
