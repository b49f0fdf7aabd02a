from xml.etree import ElementTree as ET

import httpx
import pytest

from gateway.emulator import Emulator
from gateway.emulator.pictures import draw
from tests.emulator.conftest import DETAILS


def test_a_picture_says_what_it_shows() -> None:
    """The drawing is well-formed and carries the task's id and the second."""
    drawing = ET.fromstring(draw("41cff636d5b12a51e7eb2838bbf45201", 3725))
    texts = [element.text for element in drawing.iter() if element.tag.endswith("text")]
    assert texts == ["1:02:05", "41cff636d5b12a51e7eb2838bbf45201"]


def test_pictures_differ_and_stay() -> None:
    """Another task or second is another picture; the same ones are the same."""
    assert len({draw("a", 1), draw("a", 2), draw("b", 1)}) == 3
    assert draw("a", 1) == draw("a", 1)


async def test_the_urls_of_the_details_lead_to_pictures(client: httpx.AsyncClient, emulator: Emulator) -> None:
    """A url as listed answers an image without any credential, and is not in the journal."""
    task = emulator.catalogue("0123456789abcdef0123456789abcdef").task_ids(0, 1)[0]
    listed = (await client.get(DETAILS, params={"task_id": str(task)})).json()["thumbnail_result"]
    del client.headers["X-Auth-Token"]
    for item in listed:
        picture = await client.get(item["url"])
        assert picture.status_code == 200
        assert picture.headers["content-type"] == "image/svg+xml"
    assert len(emulator.journal) == 1


@pytest.mark.parametrize("path", ["/snapshot/sample/%3Cscript%3E/1.jpg", "/snapshot/sample/ab/x.jpg"])
async def test_other_names_have_no_picture(client: httpx.AsyncClient, path: str) -> None:
    """What is no id or no second is not drawn."""
    assert (await client.get(path)).status_code == 404
