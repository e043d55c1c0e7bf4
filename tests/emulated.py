"""Slack over Socket Mode and Deepgram, emulated for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.app import app_manifest
from playground.deepgram.server import DeepgramEmulator
from playground.slack.server import SlackEmulator
from tests.clocks import PATIENT, served_clock


@asynccontextmanager
async def emulated() -> AsyncIterator[tuple[SlackEmulator, DeepgramEmulator]]:
    """Run both, by one clock; their tokens are `xoxb-of-the-test` and `xapp-of-the-test`."""
    clock = served_clock()
    deepgram = DeepgramEmulator(clock.now)
    slack = SlackEmulator(
        clock,
        transport="socket",
        signing_secret="0" * 32,
        bot_token="xoxb-of-the-test",
        app_token="xapp-of-the-test",
        manifest=app_manifest(),
        rate_limits=False,
        timings=PATIENT,
    )
    await deepgram.start()
    await slack.start()
    yield slack, deepgram
    await slack.stop()
    await deepgram.stop()
