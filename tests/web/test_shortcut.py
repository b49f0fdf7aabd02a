"""The path that does not wait for the router."""

import pytest

from tests.support.house import TOKEN, House


@pytest.mark.parametrize("path", ["/graphql/", "/Graphql", "/graphql/x", "/"])
async def test_no_other_path_is_answered_there(house: House, path: str) -> None:
    """What is not exactly it goes to the router, which knows no such path."""
    body = {"query": "{ __typename }"}
    assert (await house.client.post(path, json=body, headers={"X-Auth-Token": TOKEN})).status_code == 404
    assert (await house.client.post("/graphql", json=body, headers={"X-Auth-Token": TOKEN})).status_code == 200


async def test_what_is_served_there_has_the_headers_of_every_answer(house: House) -> None:
    """It stands inside the request log and the security headers."""
    answer = await house.client.post("/graphql", json={"query": "{ __typename }"})
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]
