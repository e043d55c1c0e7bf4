"""The story of one key as two people see it: the real page, the real bot as a process of its own, a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from playground.supervisor import playground
from tests.browser import NARROW, chromium, watched_page
from tests.clocks import served_clock

pytestmark = pytest.mark.browser

MARIA, PRIYA = "U0MARIA0005", "U0PRIYA0003"
ARTEFACTS = Path(__file__).parents[2] / "artefacts"


async def test_two_people_bring_a_key_from_request_to_its_owner() -> None:
    troubles: list[str] = []
    async with (
        chromium() as browser,
        playground(clock=served_clock()) as running,
        watched_page(browser, troubles) as maria,
        watched_page(browser, troubles, viewport=NARROW, has_touch=True) as priya,
    ):
        await maria.goto(f"{running.address}/?user={MARIA}")
        await _asks_for_a_key(maria)
        await priya.goto(f"{running.address}/?user={PRIYA}")
        await _approves(priya)
        secret = await _creates_and_shows(maria)
        assert running.deepgram.state.is_live(secret)
        await _stores_it(maria)
        await expect(maria.get_by_text(secret)).to_have_count(0)
    assert troubles == []


async def _asks_for_a_key(page: Page) -> None:
    line = page.get_by_role("textbox", name="Message #general")
    await line.fill("/keys request")
    await line.press("Enter")
    form = page.get_by_role("dialog")
    await form.get_by_role("combobox", name="Project").press_sequentially("prod")
    await form.get_by_role("option", name="production").click()
    await form.get_by_label("What is it for?").fill("Summaries of support calls")
    await form.get_by_label("Where will it live?").fill("vault/support")
    await _keep(page, "request-form-wide")
    await form.get_by_role("button", name="Ask for approval").click()
    await expect(form).to_contain_text("Asked for a key in production")
    await form.get_by_role("button", name="Close", exact=True).first.click()


async def _approves(page: Page) -> None:
    await page.get_by_role("button", name="Channels").click()
    await page.get_by_role("navigation").get_by_role("button", name=re.compile("key-approvals")).click()
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await _keep(page, "approval-narrow")
    await _card(page).get_by_role("button", name="Approve").click()
    await expect(_card(page)).to_contain_text("approved, waiting to be opened")
    await _keep(page, "approved-narrow")


async def _creates_and_shows(page: Page) -> str:
    await page.get_by_role("navigation").get_by_role("button", name=re.compile("Keydesk")).click()
    await page.get_by_role("tab", name="Messages").click()
    await _card(page).get_by_role("button", name="Create and show my key").click()
    window = page.get_by_role("dialog")
    await expect(window).to_contain_text("Copy it now: it is shown once")
    await _keep(page, "shown-once-wide")
    return (await window.locator("pre").first.inner_text()).strip()


async def _stores_it(page: Page) -> None:
    await page.get_by_role("dialog").get_by_role("button", name="I have stored it").click()
    await expect(_card(page)).to_contain_text("delivered")
    await _keep(page, "delivered-wide")


def _card(page: Page) -> Locator:
    return page.get_by_role("article", name="Keydesk").last


async def _keep(page: Page, name: str) -> None:
    await page.screenshot(path=ARTEFACTS / f"{name}.png")
