"""A browser, a page as Ana, and a fake Slack that the test scripts."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.playground.page.fake_slack import FakeSlack, serving

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync")
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def _browser_path() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Start the system's Chromium; none is ever downloaded."""
    path = _browser_path()
    if path is None:
        pytest.skip("no Chromium on this machine (apt install chromium, or set CHROMIUM)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[FakeSlack]:
    """Serve the fake."""
    async with serving(FakeSlack()) as fake:
        yield fake


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """Open a blank page that fails its test on any console error and on any request that leaves loopback."""
    faults: list[str] = []
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, timezone_id="UTC")
    page = await context.new_page()
    page.set_default_timeout(5000)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.on("request", lambda request: None if "//127.0.0.1:" in request.url else faults.append(request.url))
    yield page
    await context.close()
    assert faults == []
