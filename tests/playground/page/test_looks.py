"""Every view of Keydesk drawn by the page, wide and narrow: nothing stands out of its place; pictures to look at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from tests import gallery
from tests.browser import NARROW, WIDE
from tests.gallery import Shown
from tests.playground.page.fake_slack import FakeSlack, Json

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PICTURES = Path(__file__).parents[3] / "artefacts" / "looks"
AT_ONCE = 40
EACH_FIFTH = 5
VIEWS = {
    name: shown for name, shown in gallery.gallery().items() if not name.endswith("· long")
}  # long: as Slack takes it
TALL = 2400  # pixels, so that a picture holds the whole of a message
WIDTHS = {
    "wide": ViewportSize(width=WIDE["width"], height=TALL),
    "narrow": ViewportSize(width=NARROW["width"], height=TALL),
}
Views = Mapping[str, Shown]
Wrong = dict[str, list[str]]
STICKS_OUT = """(root) => {
  const scrolls = (node) => node !== root && /auto|scroll|hidden/.test(getComputedStyle(node).overflowX);
  const inside = (node) => { for (let up = node.parentElement; up && up !== root; up = up.parentElement)
    if (scrolls(up)) return true; return false; };
  const edge = Math.min(root.getBoundingClientRect().right, innerWidth) + 1;
  return [...root.querySelectorAll("*")].filter((node) => node.getBoundingClientRect().right > edge && !inside(node))
    .slice(0, 3).map((node) => `${node.tagName}.${node.className}: ${node.textContent.slice(0, 60)}`);
}"""


async def test_what_others_typed_stands_within_a_narrow_window(page: Page, slack: FakeSlack) -> None:
    hostile = [(name, shown) for name, shown in VIEWS.items() if name.endswith("· hostile")]
    assert await _look_at_all(page, slack, dict(hostile[::EACH_FIFTH]), NARROW) == {}  # soak draws all of them


@pytest.mark.soak
@pytest.mark.parametrize("width", WIDTHS)
async def test_every_view_stands_within_its_window_and_a_picture_is_kept(
    page: Page, slack: FakeSlack, width: str
) -> None:
    assert await _look_at_all(page, slack, VIEWS, WIDTHS[width], PICTURES / width) == {}


def is_window(shown: Shown) -> bool:
    """Tell whether this is a modal."""
    return isinstance(shown, dict) and shown["type"] == "modal"


async def _look_at_all(
    page: Page, slack: FakeSlack, views: Views, viewport: ViewportSize, pictures: Path | None = None
) -> Wrong:
    """Draw every view and return what stands out of its place, by the view's name."""
    await page.set_viewport_size(viewport)
    wrong: Wrong = {}
    await _look_at_messages(page, slack, views, wrong, pictures)
    await _look_at_windows(page, slack, views, wrong, pictures)
    return wrong


async def _look_at_messages(page: Page, slack: FakeSlack, views: Views, wrong: Wrong, pictures: Path | None) -> None:
    """Draw messages, and the app's home as if it were one."""
    drawn = [
        (name, shown if isinstance(shown, list) else shown["blocks"])
        for name, shown in views.items()
        if not is_window(shown)
    ]
    for first in range(0, len(drawn), AT_ONCE):
        some = drawn[first : first + AT_ONCE]
        slack.forget()
        for name, blocks in some:
            slack.say(name, blocks=blocks)
        await page.goto(f"{slack.address}/?user=U1&channel=C1")
        articles = page.get_by_role("article")
        await expect(articles).to_have_count(len(some))
        for place, (name, _) in enumerate(some):
            await _look_at(articles.nth(place), name, wrong, pictures)


async def _look_at_windows(page: Page, slack: FakeSlack, views: Views, wrong: Wrong, pictures: Path | None) -> None:
    window = page.get_by_role("dialog")
    for number, (name, view) in enumerate(views.items()):
        if isinstance(view, dict) and is_window(view):
            await slack.push({"type": "view_opened", "view": _opened(view, number)})
            await window.locator(".modal-body").wait_for()
            await _look_at(window, name, wrong, pictures)
            await slack.push({"type": "views_closed", "view_ids": [f"V{number}"]})
            await expect(window).to_have_count(0)


async def _look_at(shown: Locator, name: str, wrong: Wrong, pictures: Path | None) -> None:
    out: list[str] = await shown.evaluate(STICKS_OUT)
    if out:
        wrong[name] = out
    if pictures is not None:
        await shown.screenshot(path=pictures / f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.png")


def _opened(view: dict[str, Any], number: int) -> Json:
    return view | {"id": f"V{number}", "hash": "1", "state": {"values": {}}, "app_id": "A1"}
