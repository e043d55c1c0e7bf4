"""Slack over Socket Mode and Deepgram, emulated for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.app import app_manifest
from bot.rooms import MakesRoom
from playground.clock import PlaygroundClock
from playground.deepgram.server import DeepgramEmulator
from playground.slack.server import SlackEmulator
from playground.slack.timings import Timings
from tests.clocks import PATIENCE, served_clock

PATIENT = Timings(trigger=PATIENCE, ack=PATIENCE)
"""An emulated Slack for stories that are not about its three seconds: tests of the emulator itself hold those."""


@asynccontextmanager
async def emulated(
    clock: PlaygroundClock | None = None, *, url: str | None = None, prefix: str = "", more: Sequence[MakesRoom] = ()
) -> AsyncIterator[tuple[SlackEmulator, DeepgramEmulator]]:
    """Run both, by one clock; their tokens are `xoxb-of-the-test` and `xapp-of-the-test`.

    Slack delivers to ``url`` where there is one, else over its socket, to an app whose manifest names its commands
    with ``prefix``, and those of ``more`` rooms too.
    """
    clock = clock or served_clock()
    deepgram = DeepgramEmulator(clock.now)
    slack = SlackEmulator(
        clock,
        transport="http" if url else "socket",
        signing_secret="0" * 32,
        bot_token="xoxb-of-the-test",
        app_token="xapp-of-the-test",
        manifest=app_manifest(prefix, url, more=more),
        request_url=f"{url}/slack/events" if url else None,
        rate_limits=False,
        timings=PATIENT,
    )
    await deepgram.start()
    await slack.start()
    yield slack, deepgram
    await slack.stop()
    await deepgram.stop()
