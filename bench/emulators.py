"""Slack and Deepgram, emulated without rate limits, in a process of their own: their CPU counts for nobody."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from bench.process import say, told_to_stop
from bot.app import app_manifest
from bot.serve import run_loop
from playground.clock import PlaygroundClock
from playground.deepgram.server import DeepgramEmulator
from playground.slack.server import SlackEmulator
from playground.workplace import prepare_store

BOT_TOKEN = "xoxb-of-the-bench"  # noqa: S105 - opens nothing: the workspace is emulated


async def serve(signing_secret: str, bot: str, database_urls: Sequence[str]) -> None:
    """Emulate both for a bot at the address ``bot``, and set up these databases as an owner would have."""
    clock = PlaygroundClock()
    deepgram = DeepgramEmulator(clock.now)
    slack = SlackEmulator(
        clock,
        transport="http",
        signing_secret=signing_secret,
        bot_token=BOT_TOKEN,
        app_token="none",  # noqa: S106 - no Socket Mode here
        manifest=app_manifest(url=bot),
        request_url=f"{bot}/slack/events",
        rate_limits=False,
    )
    deepgram_url, base = await deepgram.start(), await slack.start()
    for url in database_urls:
        await asyncio.to_thread(prepare_store, url, deepgram.state)
    team = slack.state.workspace.team.id
    say({"slack": base, "deepgram": deepgram_url, "key": deepgram.credentials["admin"], "team": team})
    await told_to_stop()
    await slack.stop()
    await deepgram.stop()


if __name__ == "__main__":
    run_loop(serve(sys.argv[1], sys.argv[2], sys.argv[3:]))
