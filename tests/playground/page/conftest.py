"""A browser, a page as Ana, and a fake Slack that the test scripts.

Browser, page and server stand for a whole module, so that the page's files come from the browser's cache; each test
gets them as new: nothing said, nothing stored, nothing kept open. The page's clock stands where every story begins.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser import WIDE, chromium, watched_page
from tests.clocks import beginning
from tests.playground.page.fake_slack import FakeSlack, serving


@dataclass
class Stage:
    """What stands for a module: the page, the fake it talks to, and what went wrong on the page."""

    page: Page
    slack: FakeSlack
    troubles: list[str] = field(default_factory=list)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Start the browser once."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(browser: Browser) -> AsyncIterator[Stage]:
    """Serve the fake and open a page."""
    troubles: list[str] = []
    async with serving(FakeSlack()) as slack, watched_page(browser, troubles) as page:
        yield Stage(page, slack, troubles)


@pytest_asyncio.fixture(loop_scope="session")
async def slack(stage: Stage) -> FakeSlack:
    """Return the fake, knowing of nothing yet."""
    stage.slack.forget()
    return stage.slack


@pytest_asyncio.fixture(loop_scope="session")
async def page(stage: Stage) -> AsyncIterator[Page]:
    """Return the page, blank; any console error and any request that leaves loopback fails the test."""
    stage.troubles.clear()
    await stage.page.set_viewport_size(WIDE)
    await stage.page.clock.set_fixed_time(beginning())
    yield stage.page
    await stage.page.evaluate("localStorage.clear()")
    await stage.page.goto("about:blank")
    assert stage.troubles == []
