"""The demo's front page in a real browser."""

import json
import re
import shlex
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.witness import Witness

# Text below 4.5 : 1 against its background (WCAG 2.2, 1.4.3), as "ratio: text".
LOW_CONTRAST = """() => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const channels = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (colour) => channels(colour).slice(0, 3)
        .map((value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
    const behind = (element) => {
        for (; element; element = element.parentElement) {
            const { backgroundColor } = getComputedStyle(element);
            if (channels(backgroundColor)[3] === 255) return backgroundColor;
        }
        throw new Error("nothing opaque behind");
    };
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || !element.checkVisibility() || element.closest(":disabled")) continue;
        const pair = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort((a, b) => b - a);
        const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
        if (ratio < 4.5) found.push(`${ratio.toFixed(2)}: ${texts.currentNode.data.trim()}`);
    }
    return found;
}"""


@pytest.fixture
def demo_page(page: Page, site: str, witness: Witness) -> Page:  # noqa: ARG001  the witness watches from the start
    """The page, with the answer of its first query."""
    page.goto(f"{site}/")
    expect(page.get_by_role("status").first).to_contain_text("5 of 100 tasks")
    return page


def test_it_asks_by_itself_and_shows_the_answer(demo_page: Page, witness: Witness, site: str) -> None:
    """Five tasks with id, type and count; no error, nothing against the policy, no request to anywhere else."""
    rows = demo_page.get_by_role("row")
    expect(rows).to_have_count(6)
    expect(rows.nth(1).get_by_role("cell")).to_have_count(3)
    expect(rows.nth(1)).to_have_text(re.compile(r"^[0-9a-f]{32}(TIME|DOTS|QUANTITY)\d+$"))
    expect(demo_page.locator("#address")).to_have_text(f"{site}/graphql")

    assert witness.complaints == []
    assert witness.strangers == []
    assert {key: value for key, value in witness.stored().items() if value} == {"url": f"{site}/"}


def test_it_pages_through(demo_page: Page) -> None:
    """The next page holds other tasks; running again starts anew."""
    first = demo_page.get_by_role("row").nth(1).inner_text()
    demo_page.get_by_role("button", name="Next page").click()
    expect(demo_page.get_by_role("row").nth(1)).not_to_have_text(first, use_inner_text=True)
    demo_page.get_by_role("button", name="Run again").click()
    expect(demo_page.get_by_role("row").nth(1)).to_have_text(first, use_inner_text=True)


def test_its_command_works(demo_page: Page) -> None:
    """What the copy button gives is a command whose request the gateway answers."""
    demo_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    demo_page.get_by_role("button", name="Copy").click()
    expect(demo_page.get_by_role("button", name="Copied")).to_be_visible()

    command = demo_page.evaluate("navigator.clipboard.readText()").replace("\\\n", "")
    curl, url, *options = shlex.split(command)
    assert curl == "curl"
    assert options[::2] == ["-H", "-H", "-d"]
    *lines, body = options[1::2]
    headers = dict(line.split(": ") for line in lines)
    answer = httpx.post(url, headers=headers, content=body).json()
    assert len(answer["data"]["thumbnailTasks"]["nodes"]) == 3


def test_it_leads_to_graphiql_and_back(demo_page: Page, site: str) -> None:
    """One click to GraphiQL, one back."""
    demo_page.get_by_role("link", name="Open GraphiQL").click()
    expect(demo_page).to_have_url(f"{site}/graphql")
    demo_page.get_by_role("link", name="vod-graphql-gateway").click()
    expect(demo_page).to_have_url(f"{site}/")


def test_it_leads_to_the_gallery_and_back(demo_page: Page, site: str) -> None:
    """One click to the gallery, one back."""
    demo_page.get_by_role("link", name="Gallery").click()
    expect(demo_page).to_have_url(f"{site}/gallery")
    expect(demo_page.get_by_role("heading", name="Snapshot gallery")).to_be_visible()
    demo_page.get_by_role("link", name="vod-graphql-gateway").click()
    expect(demo_page).to_have_url(f"{site}/")


def test_every_control_is_reached_by_keyboard(demo_page: Page) -> None:
    """Tab goes through all controls in the order of the page, and shows where it is."""
    names = []
    for _ in range(7):
        demo_page.keyboard.press("Tab")
        focused = demo_page.locator(":focus-visible")
        expect(focused).to_have_css("outline-style", "solid")
        names.append(focused.get_attribute("aria-label") or focused.inner_text())
    assert names == ["Open GraphiQL", "Gallery", "The query", "Run again", "Next page", "The command", "Copy"]

    demo_page.get_by_role("button", name="Next page").focus()
    with demo_page.expect_request("**/graphql") as asked:
        demo_page.keyboard.press("Enter")
    assert json.loads(asked.value.post_data or "")["variables"]["after"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_readable(chromium: Browser, site: str, scheme: Literal["light", "dark"], width: int) -> None:
    """By day, by night and on a phone: every text has its contrast, and nothing is wider than the window."""
    with chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 844}) as context:
        page = context.new_page()
        page.goto(f"{site}/")
        expect(page.get_by_role("row")).to_have_count(6)

        assert page.evaluate(LOW_CONTRAST) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == {"light": "rgb(251, 250, 247)", "dark": "rgb(21, 23, 26)"}[scheme]


def test_it_has_names_for_its_parts(demo_page: Page) -> None:
    """One main part with one heading above the others; tables, buttons and parts have names."""
    expect(demo_page.get_by_role("main")).to_have_count(1)
    expect(demo_page.get_by_role("heading", level=1)).to_have_count(1)
    expect(demo_page.get_by_role("region", name="A first query")).to_be_visible()
    expect(demo_page.get_by_role("region", name="From a terminal")).to_be_visible()
    expect(demo_page.get_by_role("table", name="Snapshot tasks")).to_be_visible()
    expect(demo_page.get_by_role("columnheader")).to_have_text(["Task", "Type", "Snapshots"])
    assert demo_page.locator("html").get_attribute("lang") == "en"


def _answer(route: Route, status: int, body: str, media_type: str) -> None:
    route.fulfill(status=status, body=body, content_type=media_type)


@pytest.mark.parametrize(
    ("status", "body", "media_type", "says"),
    [
        (401, json.dumps({"errors": [{"message": "A credential is missing."}]}), "application/json", "is missing"),
        (200, json.dumps({"data": {"thumbnailTasks": None}}), "application/json", "answered without data"),
        (502, "<h1>Bad Gateway</h1>", "text/html", "answered 502, and not in JSON"),
    ],
)
def test_it_says_what_is_wrong(page: Page, site: str, status: int, body: str, media_type: str, says: str) -> None:
    """A refusal, an answer without data and one that is no JSON are told in a sentence; one may try again."""
    page.route("**/graphql", lambda route: _answer(route, status, body, media_type))
    page.goto(f"{site}/")
    expect(page.get_by_role("status").first).to_contain_text(says)

    page.unroute("**/graphql")
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_role("status").first).to_contain_text("5 of 100 tasks")


def test_it_says_that_nobody_answers(page: Page, site: str) -> None:
    """A gateway that went away is told."""
    page.route("**/graphql", lambda route: route.abort())
    page.goto(f"{site}/")

    expect(page.get_by_role("status").first).to_contain_text("Is the demo still running?")


def test_a_partial_answer_is_shown_with_its_error(page: Page, site: str) -> None:
    """Rows that came are shown; a row that could not be read is told beside them."""
    answer = {
        "errors": [{"message": "A row could not be read.", "path": ["thumbnailTasks", "nodes", 1]}],
        "data": {
            "thumbnailTasks": {
                "nodes": [{"taskId": "a1", "thumbnailCount": None, "parameters": None}, None],
                "pageInfo": {"hasNextPage": False, "endCursor": "x"},
                "totalCount": None,
            }
        },
    }
    page.route("**/graphql", lambda route: _answer(route, 200, json.dumps(answer), "application/json"))
    page.goto(f"{site}/")

    expect(page.get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("row").nth(1)).to_contain_text("a1")
    expect(page.get_by_role("status").first).to_contain_text("A row could not be read.")
    expect(page.get_by_role("button", name="Next page")).to_be_disabled()


def test_the_token_does_not_stay(demo_page: Page, witness: Witness, token: str) -> None:
    """The token stands in the command on show, and in no storage, cookie or address."""
    expect(demo_page.locator("#curl")).to_contain_text(token)
    assert token not in json.dumps(witness.stored())
