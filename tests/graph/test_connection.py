import pytest

from tests.support.house import House, open_house

PAGE = """
query ($first: Int, $after: String) { thumbnailTasks(first: $first, after: $after) {
  edges { cursor node { id taskId } } nodes { id taskId } totalCount truncated
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
} }
"""


async def test_the_vendors_example_is_a_page_of_one_row() -> None:
    """Total 0, one row, `thumbnail_para` null: null fields, no error, and a total that is not believed."""
    async with open_house(rows=[{"thumbnail_para": None}]) as house:
        house.emulator.fault("total", value=0)
        answer = await house.ask(
            "{ thumbnailTasks { edges { cursor node { id taskId thumbnailCount parameters { type } } } totalCount "
            "truncated pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
        )
        page = answer.data["thumbnailTasks"]
        [edge] = page["edges"]
        assert edge["node"].pop("id")
        assert edge["node"] == {"taskId": None, "thumbnailCount": None, "parameters": None}
        assert (page["totalCount"], page["truncated"]) == (None, False)
        assert page["pageInfo"] == {
            "hasNextPage": False,
            "hasPreviousPage": False,
            "startCursor": edge["cursor"],
            "endCursor": edge["cursor"],
        }


async def test_an_empty_list() -> None:
    """No rows, no cursors, nothing before and nothing behind."""
    async with open_house(size=0) as house:
        page = (await house.ask(PAGE)).data["thumbnailTasks"]
    info = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert page == {"edges": [], "nodes": [], "totalCount": 0, "truncated": False, "pageInfo": info}


async def test_nothing_asked_for_answers_the_rest(house: House) -> None:
    """`first: 0` tells the total and whether there is anything at all."""
    page = (await house.ask(PAGE, {"first": 0})).data["thumbnailTasks"]
    assert (page["edges"], page["nodes"], page["totalCount"]) == ([], [], 250)
    assert page["pageInfo"]["hasNextPage"] is True


async def test_edges_and_nodes_are_the_same_rows(house: House) -> None:
    """In the upstream's order; the ends of the page are its first and last cursor, octet by octet."""
    page = (await house.ask(PAGE, {"first": 7})).data["thumbnailTasks"]
    assert [edge["node"] for edge in page["edges"]] == page["nodes"]
    assert [node["taskId"] for node in page["nodes"]] == house.emulator.catalogue().task_ids()[:7]
    assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
    assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
    assert len({edge["cursor"] for edge in page["edges"]}) == len({node["id"] for node in page["nodes"]}) == 7


@pytest.mark.parametrize("row", [17, None, "x", [], {"task_id": 5}, {"thumbnail_count": "many"}], ids=str)
async def test_a_row_that_cannot_be_read_is_a_null_node(house: House, row: object) -> None:
    """In edges and nodes, each with an error at its path; its cursor is kept, and a walk goes on behind it."""
    house.emulator.fault("unreadable_row", index=2, row=row)
    answer = await house.ask(PAGE, {"first": 5})
    page = answer.body["data"]["thumbnailTasks"]
    ids: list[str | None] = list(house.emulator.catalogue().task_ids()[:6])
    ids[2] = None
    assert [edge["node"] and edge["node"]["taskId"] for edge in page["edges"]] == ids[:5]
    assert [node and node["taskId"] for node in page["nodes"]] == ids[:5]
    paths = [["thumbnailTasks", "edges", 2, "node"], ["thumbnailTasks", "nodes", 2]]
    assert [error["path"] for error in answer.errors] == paths
    assert answer.codes == ["UPSTREAM_INVALID_RESPONSE"] * 2
    assert (await house.ask(PAGE, {"first": 0})).data["thumbnailTasks"]["totalCount"] == 250
    behind = (await house.ask(PAGE, {"first": 1, "after": page["edges"][2]["cursor"]})).data["thumbnailTasks"]
    assert behind["nodes"][0]["taskId"] == ids[3]


async def test_the_content_of_an_unreadable_row_is_not_told(house: House) -> None:
    """Only where and why it does not fit."""
    house.emulator.fault("unreadable_row", row={"task_id": "t", "thumbnail_count": "a secret of the upstream"})
    answer = await house.ask("{ thumbnailTasks(first: 1) { nodes { id } } }")
    assert "secret" not in str(answer.body)
    assert "thumbnail_count" in answer.errors[0]["message"]
