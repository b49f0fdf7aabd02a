"""The demo as it is started by hand, and a Chromium that may reach nothing else."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from gateway.emulator import Emulator, Tenant
from gateway.settings import load
from gateway.web.app import create_app
from tests.browser.witness import Witness
from tests.support.served import served

PROJECT = "0123456789abcdef0123456789abcdef"
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of `vod-gateway demo` with a hundred tasks; without a slash at its end."""
    command = [sys.executable, "-m", "gateway", "demo", "--port", "0", "--size", "100"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        patience = threading.Timer(30, process.kill)
        patience.start()
        try:
            assert process.stdout is not None
            announced = process.stdout.readline()
            patience.cancel()
            yield announced.split(",")[0].removeprefix("The demo is at ")
        finally:
            patience.cancel()
            process.terminate()


@pytest.fixture(scope="module")
def token(site: str) -> str:
    """The demo's token."""
    given: str = httpx.get(f"{site}/demo/token.json").json()["token"]
    return given


@pytest.fixture(scope="module")
def production_site() -> Iterator[str]:
    """The address of a gateway without a demo; `typed-77aa` is a token that its upstream takes."""
    emulator = Emulator([Tenant(PROJECT, tokens=["typed-77aa"], size=100)])
    settings = load({}, env_file=None, upstream_url="http://127.0.0.1", project_id=PROJECT)
    app = create_app(settings, transport=httpx.ASGITransport(emulator.app))
    with served(app) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium with an empty profile."""
    program = shutil.which("chromium")
    if program is None:
        reason = "chromium is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A tab in a profile of its own."""
    with chromium.new_context(viewport={"width": 1280, "height": 800}) as context:
        yield context.new_page()


@pytest.fixture
def witness(page: Page, site: str) -> Witness:
    """What the tab does, from its first request on."""
    return Witness(page, site)
