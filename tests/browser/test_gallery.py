"""The gallery in a real browser, against the demo."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.witness import Witness
from tests.support.npm import installed
from tests.support.site import Site, open_site

DETAILS, LIST = "asset/thumbnail/details", "asset/thumbnails"
PAGE_SIZE = 12

SETTLED = """() => {
    const inSight = (element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return bottom > 0 && top < innerHeight;
    };
    const waits = [...document.querySelectorAll(".card .waiting, .film img:not(.there)")].some(inSight);
    const end = document.querySelector(".list-end").getBoundingClientRect().top;
    return !waits && (end > innerHeight || !document.querySelector(".list-end > button"));
}"""

REACHED = "(element) => element.getBoundingClientRect().bottom <= innerHeight"

BLANK_PICTURES = (
    """() => [...document.querySelectorAll(".film img")].filter((image) => image.naturalWidth === 0).length"""
)

SERIOUS = """async () => {
    const { violations } = await axe.run(document);
    return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}"""


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """A machine that is busy draws slowly."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def gallery_site() -> Iterator[Site]:
    """A demo with 300 tasks, odd ones among them."""
    with open_site(size=300, clean=False, gateway={"breaker_failures": 1_000}) as site:
        yield site


@pytest.fixture
def site(gallery_site: Site) -> str:
    """Its address, for the witness."""
    return gallery_site.url


@pytest.fixture
def gallery(page: Page, site: str, witness: Witness) -> Page:  # noqa: ARG001  the witness watches from the start
    """The page as it opens, with the pictures in sight."""
    page.goto(f"{site}/gallery")
    settle(page)
    return page


def settle(page: Page) -> None:
    """Waits until everything in sight is there."""
    expect(page.locator(".card h2").first).to_be_visible()
    page.wait_for_function(SETTLED)


def scroll(page: Page, *, to: str, most: int = 80) -> None:
    """Reads on, a screen at a time, until the first match of a selector is in sight, or above."""
    page.mouse.move(640, 400)
    for _ in range(most):
        found = page.locator(to).first
        if found.count() and found.evaluate(REACHED):
            page.wait_for_function(SETTLED)
            return
        page.mouse.wheel(0, 700)
        page.wait_for_function(SETTLED)
    pytest.fail(f"{to} never came")


def test_three_hundred_tasks_are_read_to_the_end(gallery: Page, witness: Witness, gallery_site: Site) -> None:
    """Each task once and every picture drawn, for one upstream call a task and one for a hundred rows."""
    scroll(gallery, to="text=That is all of them.")

    names = gallery.locator(".card h2").all_text_contents()
    assert [int(match[1]) for name in names if (match := re.match(r"Task (\d+): ", name))] == list(range(1, 301))
    with_id = [task_id for task_id in gallery_site.emulator.catalogue().task_ids() if task_id]
    assert 0 < 300 - len(with_id) < 10
    assert gallery.locator(".film").count() == len(with_id)
    assert gallery.evaluate(BLANK_PICTURES) == 0
    assert witness.complaints == []
    assert witness.strangers == []

    asked = [call.target for call in gallery_site.calls(DETAILS)]
    assert len(set(asked)) == len(with_id)
    assert len(asked) <= len(with_id) * 1.1  # a retry, or a shelf that grew
    # Four blocks; those that get old while the test reads are read again in the background.
    assert 4 <= len(gallery_site.calls(LIST)) <= 20


def test_what_is_scrolled_past_costs_nothing(page: Page, site: str, gallery_site: Site) -> None:
    """Whoever flies to later rows costs the upstream no pictures on the way: only where the eye comes to rest."""
    page.clock.install()
    page.goto(f"{site}/gallery")
    expect(page.locator(".card h2").first).to_be_visible()
    page.clock.pause_at("2030-01-01")
    for pages in range(2, 12):
        page.keyboard.press("End")
        for _ in range(100):  # of these milliseconds none is enough to come to rest
            if page.locator(".card").count() >= pages * PAGE_SIZE:
                break
            page.clock.run_for(1)
    flown_past = len(gallery_site.calls(DETAILS))
    page.clock.resume()
    settle(page)

    shown = page.locator(".card").count()
    assert shown >= 10 * PAGE_SIZE
    assert len(gallery_site.calls(DETAILS)) <= flown_past + 3 * PAGE_SIZE < shown


def test_one_broken_answer_spoils_one_card(page: Page, site: str, gallery_site: Site) -> None:
    """The other pictures of the same request are shown; the card says what is wrong, and asks again by a button."""
    gallery_site.emulator.fault("html", path=DETAILS, times=1)
    page.goto(f"{site}/gallery")
    settle(page)
    trouble = page.locator(".card .remark", has_text="unreadable")
    expect(trouble).to_have_count(1)

    page.get_by_role("button", name="Try again for the pictures").click()
    expect(trouble).to_have_count(0)
    expect(page.locator(f".card:nth-child(-n + {PAGE_SIZE}) .film")).to_have_count(PAGE_SIZE)
    settle(page)
    assert page.evaluate(BLANK_PICTURES) == 0


def test_an_outage_leaves_what_is_there(gallery: Page, gallery_site: Site) -> None:
    """While the upstream is down the rows stay and the end of the list says so; then it goes on where it stopped."""
    gallery_site.emulator.fault("status", status=500)
    scroll(gallery, to=".trouble")
    expect(gallery.get_by_role("alert").first).to_contain_text("The video service is not available right now.")
    before = gallery.locator(".card").count()
    assert before >= PAGE_SIZE

    gallery_site.emulator.clear()
    gallery.get_by_role("button", name="Try again", exact=True).click()
    expect(gallery.locator(".trouble")).to_have_count(0)
    scroll(gallery, to=f".card:nth-child({before + 1})")


def test_a_used_up_quota_is_a_pause(page: Page, site: str, gallery_site: Site) -> None:
    """The page says so, waits as long as it is told to, and goes on by itself."""
    gallery_site.emulator.fault("throttled", path=DETAILS, retry_after=2)
    page.goto(f"{site}/gallery")
    notice = page.get_by_role("complementary", name="A short pause")
    expect(notice).to_contain_text("goes on by itself")
    expect(page.locator(".card h2").nth(PAGE_SIZE - 1)).to_be_visible()
    gallery_site.emulator.clear()

    expect(page.locator(f".card:nth-child(-n + {PAGE_SIZE}) .film")).to_have_count(PAGE_SIZE)
    expect(notice).to_have_count(0)


def test_an_expired_token_can_be_replaced(gallery: Page, gallery_site: Site, witness: Witness) -> None:
    """What was seen stays; a field takes a new token, which is kept nowhere, and the list goes on."""
    gallery_site.emulator.credentials.revoke_token("good-token")
    scroll(gallery, to="text=Your token was not accepted.")
    expect(gallery.get_by_role("alert")).to_contain_text("What you have seen stays here")
    before = gallery.locator(".card").count()

    gallery_site.emulator.credentials.add_token(gallery_site.emulator.projects[0], "new-token-4417")
    gallery.get_by_label("Access token").last.fill("new-token-4417")
    gallery.keyboard.press("Enter")
    expect(gallery.get_by_role("alert")).to_have_count(0)
    scroll(gallery, to=f".card:nth-child({before + PAGE_SIZE})")
    stored = witness.stored()
    assert "new-token-4417" not in str(stored)
    assert (stored["local"], stored["session"], stored["cookies"]) == ({}, {}, "")


def test_a_list_that_changed_too_much_starts_again(gallery: Page, gallery_site: Site) -> None:
    """Where no place can be found again the page says so, and reads the list anew from its beginning."""
    emulator = gallery_site.emulator
    emulator.remove(at=0, count=300)
    emulator.insert(at=0, count=300)
    scroll(gallery, to=".trouble")
    expect(gallery.locator(".trouble")).to_contain_text("The list has changed a lot")
    before = gallery.locator(".card h2").first.text_content()

    gallery.locator(".trouble").get_by_role("button", name="Start again from the top").click()
    expect(gallery.locator(".trouble")).to_have_count(0)
    expect(gallery.locator(".card h2").first).not_to_have_text(str(before))
    settle(gallery)
    assert gallery.evaluate("scrollY") == 0
    expect(gallery.locator(".film").nth(PAGE_SIZE - 1)).to_be_attached()


def test_it_is_operated_by_keyboard(gallery: Page) -> None:
    """Tab reaches the cards, Enter opens one, arrows leaf through it, Escape closes it where it was opened."""
    for _ in range(2):
        gallery.keyboard.press("Tab")
    card = gallery.get_by_role("button", name="Open the pictures of task").first
    expect(card).to_be_focused()
    gallery.keyboard.press("Enter")

    viewer = gallery.get_by_role("dialog")
    where = viewer.get_by_role("status")
    expect(where).to_contain_text("1 of 10")
    gallery.keyboard.press("ArrowRight")
    expect(where).to_contain_text("2 of 10")
    gallery.keyboard.press("End")
    expect(where).to_contain_text("10 of 10")
    expect(viewer.locator(".stage img")).to_have_js_property("naturalWidth", 480)
    gallery.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(card).to_be_focused()


def test_a_long_task_is_read_as_it_is_looked_at(gallery: Page, gallery_site: Site) -> None:
    """A task with more than a thousand pictures is opened with its first ones, and read on near their end."""
    card = gallery.locator(".card", has_text=re.compile(r"1.?147 pictures")).first
    card.get_by_role("button").click()
    pictures = gallery.locator(".strip li")
    expect(pictures).to_have_count(48)
    gallery.keyboard.press("End")
    expect(pictures).to_have_count(96)
    gallery.keyboard.press("ArrowRight")
    expect(gallery.get_by_role("dialog").get_by_role("status")).to_contain_text(re.compile(r"49 of 1.?147"))
    assert len(gallery_site.emulator.journal) < 20


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screen_reader_finds_its_way(chromium: Browser, gallery_site: Site, scheme: str) -> None:
    """axe finds nothing serious: neither in the list, nor in the viewer, nor with a notice and a card in trouble."""
    axe = (installed("tests/clients") / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    with chromium.new_context(color_scheme="dark" if scheme == "dark" else "light") as context:
        page = context.new_page()
        gallery_site.emulator.fault("html", path=DETAILS, times=1)
        page.goto(f"{gallery_site.url}/gallery")
        settle(page)
        page.evaluate(axe)
        assert page.evaluate(SERIOUS) == []

        page.locator(".film").first.click()
        expect(page.locator(".stage img")).to_be_visible()
        assert page.evaluate(SERIOUS) == []
        page.keyboard.press("Escape")

        gallery_site.emulator.credentials.revoke_token("good-token")
        scroll(page, to="text=Your token was not accepted.")
        assert page.evaluate(SERIOUS) == []


def test_it_fits_a_phone(chromium: Browser, site: str) -> None:
    """Nothing is wider than a small screen, and what is tapped is large enough."""
    with chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        page.goto(f"{site}/gallery")
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.locator(".film").first.tap()
        box = page.get_by_role("button", name="Next picture").bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
