"""The system's Chromium, and pages that allow neither console errors nor requests that leave this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.clocks import PATIENCE

_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync")
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_PATIENCE_MS = PATIENCE * 1000
_OWN_SCHEMES = ("data", "blob")

WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start the system's Chrome or Chromium; none is ever downloaded. Skips where there is none, and fails in CI."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        missing = "no Chrome or Chromium on this machine (apt install chromium, or set CHROMIUM)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield browser
        await browser.close()


@asynccontextmanager
async def watched_page(browser: Browser, troubles: list[str], **options: Any) -> AsyncIterator[Page]:
    """Open a page in a context of its own; ``troubles`` gathers console errors and addresses off this machine."""
    context = await browser.new_context(**{"viewport": WIDE, "timezone_id": "UTC"} | options)
    page = await context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    expect.set_options(timeout=_PATIENCE_MS)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    page.on("request", lambda request: None if _stays_here(request.url) else troubles.append(request.url))
    page.on("websocket", lambda socket: None if _stays_here(socket.url) else troubles.append(socket.url))
    yield page
    await context.close()


def _stays_here(url: str) -> bool:
    parts = urlsplit(url)
    return parts.hostname == "127.0.0.1" or parts.scheme in _OWN_SCHEMES
