"""An emulated Slack for each test, with short waits, and the stock SDK as its client."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.clock import PlaygroundClock
from playground.slack import SlackEmulator, Timings
from tests.clocks import PATIENCE, served_clock
from tests.playground.slack.driver import Driver
from tests.playground.slack.samples import manifest

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-of-the-test", "xapp-of-the-test", "a signing secret"
SHORT = Timings(trigger=PATIENCE, ack=1.0, event_retries=(0.0, 0.02, 0.02), url_verification=0.02)


@pytest.fixture
def clock() -> PlaygroundClock:
    return served_clock()


@pytest.fixture
async def slack(clock: PlaygroundClock) -> AsyncIterator[SlackEmulator]:
    """An emulated Slack on Socket Mode, with no bot connected."""
    emulator = SlackEmulator(
        clock,
        transport="socket",
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        manifest=manifest(),
        timings=SHORT,
    )
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.fixture
async def web(slack: SlackEmulator) -> AsyncIterator[AsyncWebClient]:
    """The stock client with the bot's token."""
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(BOT_TOKEN, base_url=f"{slack.state.address}/api/", session=session)


@pytest.fixture
async def people(slack: SlackEmulator) -> AsyncIterator[Driver]:
    """The people at their pages."""
    async with aiohttp.ClientSession() as session:
        yield Driver(slack.state.address, session)
