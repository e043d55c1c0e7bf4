"""The served clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.clock import ServedClock
from playground.clock import PlaygroundClock, clock_routes
from tests.clocks import machine_now

Browser = TestClient[web.Request, web.Application]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    application = web.Application()
    application.add_routes(clock_routes(PlaygroundClock()))
    async with TestClient(TestServer(application)) as client:
        yield client


async def test_the_clock_moves_forward_only(browser: Browser) -> None:
    for step in (0, -1, "soon", None, "NaN", 1e300):
        assert (await browser.post("/clock", json={"advance_seconds": step})).status == 400
    assert (await (await browser.get("/clock")).json())["offset_seconds"] == 0


async def test_the_bots_clock_follows_the_served_one(browser: Browser) -> None:
    await browser.post("/clock", json={"advance_seconds": 86_400})
    served = ServedClock(str(browser.make_url("/clock")))
    await served.refresh()
    assert served.now() - machine_now() == pytest.approx(timedelta(days=1), abs=timedelta(seconds=1))


async def test_whoever_listens_hears_of_each_movement() -> None:
    clock, heard = PlaygroundClock(), asyncio.Event()
    clock.on_move(heard.set)
    clock.advance(timedelta(seconds=1))
    assert heard.is_set()
