"""GraphiQL in a real browser, against the demo."""

import json
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from gateway.emulator import Emulator, Tenant
from gateway.settings import load
from gateway.web.app import create_app
from tests.browser.conftest import PROJECT
from tests.browser.witness import Witness
from tests.support.served import served

QUERY = ".graphiql-query-editor .view-lines"
HEADERS = ".graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines"
RESULT = ".result-window .view-lines"
NOTHING = {"local": {}, "session": {}, "cookies": "", "databases": [], "caches": [], "workers": 0}


@pytest.fixture
def graphiql(page: Page, site: str, witness: Witness) -> Page:  # noqa: ARG001  the witness watches from the start
    """The demo's GraphiQL, opened."""
    return opened(page, site)


def opened(page: Page, site: str) -> Page:
    """GraphiQL with the schema at hand."""
    with page.expect_response(lambda response: response.request.method == "POST") as introspection:
        page.goto(f"{site}/graphql")
    assert introspection.value.ok
    expect(page.locator(QUERY)).to_contain_text("FirstPage")
    return page


def run(page: Page) -> None:
    page.get_by_role("button", name="Execute query").click()


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def type_anew(page: Page, editor: str, text: str) -> None:
    """Replaces an editor's text, as a user does: by mouse and keys."""
    page.locator(editor).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def test_the_first_tab_shows_tasks(graphiql: Page, witness: Witness, site: str) -> None:
    """It opens and answers with tasks: no error, nothing against the policy, no request to anywhere else."""
    run(graphiql)

    result = graphiql.locator(RESULT)
    expect(result).to_contain_text('"thumbnailCount":')
    expect(result).to_contain_text('"taskId":')
    assert witness.complaints == []
    assert witness.strangers == []
    assert f"{site}/demo/token.json" in witness.requests
    assert any(".worker-" in url for url in witness.requests), "the editor's workers were not loaded"


def test_it_completes_a_field(graphiql: Page) -> None:
    """A field's name is offered while it is typed, and taken with Enter."""
    type_anew(graphiql, QUERY, "{ ")
    graphiql.keyboard.type("thumbnailTa")

    expect(graphiql.locator(".suggest-widget .monaco-list-row").first).to_contain_text("thumbnailTask")
    graphiql.keyboard.press("Enter")
    expect(graphiql.locator(QUERY)).to_contain_text("thumbnailTask")
    expect(graphiql.locator(".suggest-widget .monaco-list-row")).to_have_count(0)


def test_the_next_page_goes_on_where_the_first_ended(graphiql: Page) -> None:
    """The tab is opened with the first page's endCursor, and answers with a page that has one before it."""
    run(graphiql)
    expect(graphiql.locator(RESULT)).to_contain_text('"thumbnailCount":')

    open_tab(graphiql, "NextPage")
    with graphiql.expect_response(lambda response: response.request.method == "POST") as answered:
        run(graphiql)
    assert json.loads(answered.value.request.post_data or "")["variables"]["after"] != ""
    assert answered.value.json()["data"]["thumbnailTasks"]["pageInfo"]["hasPreviousPage"] is True


def test_snapshots_are_shown_under_the_pointer(graphiql: Page, witness: Witness) -> None:
    """A picture's address shows the picture, which comes from the same origin."""
    open_tab(graphiql, "Snapshots")
    run(graphiql)
    graphiql.locator(".result-window .view-line", has_text="/snapshot/").first.hover(position={"x": 220, "y": 8})

    picture = graphiql.locator(".monaco-hover img")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 480)
    assert witness.complaints == []
    assert witness.strangers == []


def test_a_foreign_address_under_the_pointer_is_left_alone(page: Page, site: str, witness: Witness) -> None:
    """A picture elsewhere is neither fetched nor tried: it would tell its host, and the policy forbids it."""
    page.clock.install()
    opened(page, site)
    page.evaluate(
        """() => __MONACO.editor.getModels().find(({uri}) => uri.path.endsWith("response.json"))
            .setValue('{"url": "https://pictures.example/a.jpg"}')"""
    )
    page.locator(".result-window .view-line", has_text="pictures.example").hover(position={"x": 180, "y": 8})
    page.clock.run_for(5_000)

    assert witness.complaints == []
    assert witness.strangers == []


def test_an_error_says_why(graphiql: Page, witness: Witness) -> None:
    """The tab is refused with a code, and the console stays clean."""
    open_tab(graphiql, "AnError")
    run(graphiql)

    expect(graphiql.locator(RESULT)).to_contain_text('"BAD_USER_INPUT"')
    assert witness.complaints == []


def test_the_last_tab_explains_itself(graphiql: Page, witness: Witness) -> None:
    """It sends the header, from this tab only, and shows what the answer took: at the second time all from memory."""
    open_tab(graphiql, "Explain")
    taken = []
    for _ in range(2):
        with graphiql.expect_response(lambda response: response.request.method == "POST") as answered:
            run(graphiql)
        assert answered.value.request.headers["x-explain"] == "1"
        taken.append(answered.value.json()["extensions"]["explain"])
        expect(graphiql.locator(RESULT)).to_contain_text('"explain":')
    assert taken[1]["cost"] == {"planned": 3, "actual": 0}
    assert [field["windows"][0]["state"] for field in taken[1]["fields"]] == ["fresh"] * 3
    assert taken[1]["fields"][1]["path"] == "thumbnailTasks.nodes.0.snapshots"

    open_tab(graphiql, "AnError")
    with graphiql.expect_response(lambda response: response.request.method == "POST") as answered:
        run(graphiql)
    assert "x-explain" not in answered.value.request.headers
    assert witness.complaints == []


def test_an_explanation_is_offered_where_there_is_one(page: Page) -> None:
    """Not where the settings have none; where they have a secret, that is left to the user."""
    emulator = Emulator([Tenant(PROJECT, tokens=["typed-77aa"], size=5)])
    for more in ({}, {"explain": True, "explain_secret": "secret-of-16-characters"}):
        given: dict[str, Any] = {"upstream_url": "http://127.0.0.1", "project_id": PROJECT, **more}
        app = create_app(load({}, env_file=None, **given), transport=httpx.ASGITransport(emulator.app))
        with served(app) as url:
            opened(page, url)
            expect(page.get_by_role("tab", name="Explain")).to_have_count(1 if more else 0)
            if more:
                open_tab(page, "Explain")
                expect(page.locator(HEADERS)).to_contain_text('"X-Explain": ""')


def test_the_explorer_shows_the_schema(graphiql: Page, witness: Witness) -> None:
    """The explorer and the documentation open beside the editor."""
    graphiql.get_by_role("button", name="Show GraphiQL Explorer").click()
    expect(graphiql.locator(".graphiql-plugin")).to_contain_text("thumbnailTasks")
    graphiql.get_by_role("button", name="Show Documentation Explorer").click()
    expect(graphiql.locator(".graphiql-plugin")).to_contain_text("Query")

    assert witness.complaints == []
    assert witness.strangers == []


def test_a_token_stays_nowhere(graphiql: Page, witness: Witness, site: str, token: str) -> None:
    """After a run no storage, cookie, database, cache or address holds anything, and so not the token."""
    expect(graphiql.locator(HEADERS)).to_contain_text(token)
    with graphiql.expect_response(lambda response: response.request.method == "POST") as answered:
        run(graphiql)
    assert answered.value.request.headers["x-auth-token"] == token
    expect(graphiql.locator(RESULT)).to_contain_text('"taskId":')

    assert witness.stored() == {**NOTHING, "url": f"{site}/graphql"}
    open_tab(graphiql, "AnError")
    graphiql.reload()
    expect(graphiql.locator(QUERY)).to_contain_text("FirstPage")
    assert witness.stored() == {**NOTHING, "url": f"{site}/graphql"}


def test_outside_the_demo_nobody_is_asked_for_a_token(page: Page, production_site: str) -> None:
    """The headers editor opens with a token to fill in; typed once, it is sent from every tab, and gone on reload."""
    witness = Witness(page, production_site)
    opened(page, production_site)
    assert [url for url in witness.requests if "demo" in url] == []
    expect(page.locator(HEADERS)).to_contain_text('"X-Auth-Token": ""')

    type_anew(page, HEADERS, '{"X-Auth-Token": "typed-77aa')  # the editor closes the quote and the brace
    for tab in (None, "Snapshots", "NextPage"):
        if tab:
            open_tab(page, tab)
        with page.expect_response(lambda response: response.request.method == "POST") as answered:
            run(page)
        assert answered.value.request.headers["x-auth-token"] == "typed-77aa"
    assert witness.stored() == {**NOTHING, "url": f"{production_site}/graphql"}

    page.reload()
    expect(page.locator(HEADERS)).to_contain_text('"X-Auth-Token": ""')
    assert witness.stored() == {**NOTHING, "url": f"{production_site}/graphql"}


def test_a_reload_remembers_nothing(graphiql: Page, witness: Witness, site: str) -> None:
    """What was typed, and the theme that was chosen, are gone; the demo's token is asked for again."""
    type_anew(graphiql, QUERY, "query Typed { __typename }")
    expect(graphiql.get_by_role("tab", name="Typed")).to_be_visible()
    graphiql.get_by_role("button", name="Open settings dialog").click()
    graphiql.get_by_role("button", name="Dark").click()
    expect(graphiql.locator("body.graphiql-dark")).to_have_count(1)

    graphiql.reload()
    expect(graphiql.get_by_role("tab", name="FirstPage")).to_be_visible()
    expect(graphiql.get_by_role("tab", name="Typed")).to_have_count(0)
    expect(graphiql.locator("body.graphiql-dark")).to_have_count(0)
    assert witness.stored() == {**NOTHING, "url": f"{site}/graphql"}
    assert witness.requests.count(f"{site}/demo/token.json") == 2


def test_nothing_is_read_from_the_address(page: Page, witness: Witness, site: str, token: str) -> None:
    """A link cannot put a query, variables or headers into the page."""
    page.goto(f'{site}/graphql?query={{evil}}&variables={{"a":1}}&headers={{"X-Auth-Token":"planted"}}#query={{evil}}')

    editors = page.locator(".graphiql-editors")
    expect(editors).to_contain_text("FirstPage")
    expect(editors).to_contain_text(token)
    expect(editors).not_to_contain_text("evil")
    expect(editors).not_to_contain_text("planted")
    assert witness.complaints == []
