"""What a visitor of `make demo` is promised: the clock moved to the next day, the digest and the alerts come, once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from bot.digests.schedule import Rhythm, last_closed, latest_due, moment
from playground.supervisor import Playground, playground
from tests.clocks import served_clock
from tests.scenarios.people import AMARA, PRIYA, SPEECH, person, words_of

pytestmark = [pytest.mark.soak, pytest.mark.walk]

SOON = 60.0
MORNINGS = Rhythm(frozenset(range(7)), 9, "Asia/Kolkata")  # of Priya's digest


async def test_a_day_brings_the_digest_and_the_alerts_once() -> None:
    async with (
        playground(lived_in=True, clock=served_clock()) as running,
        person(running.address, PRIYA) as priya,
        person(running.address, AMARA) as amara,
    ):
        await amara.types("/keydesk accounts list")
        await amara.reads("theirs (customer harbour)")
        await amara.types("/keydesk budgets list")
        await amara.reads("production")

        await _move(running, timedelta(days=1))
        await priya.reads("production: suddenly more than usual", patience=SOON)
        await priya.reads("Project production: the budget is spent", patience=SOON)
        digest = await priya.reads("Digest · ", patience=SOON)
        day = last_closed(moment(MORNINGS, latest_due(MORNINGS, running.clock.now())))
        assert f"{day:%a} {day.day} {day:%b}" in digest
        assert "Not read" not in digest, digest
        told = _told_in_channel(running)

        await _move(running, timedelta(hours=1))
        await asyncio.sleep(2)
        assert _told_in_channel(running) == told
        assert len(told) == 3, told


async def _move(running: Playground, by: timedelta) -> None:
    async with (
        aiohttp.ClientSession(running.address) as client,
        client.post("/clock", json={"advance_seconds": by.total_seconds()}) as answer,
    ):
        answer.raise_for_status()


def _told_in_channel(running: Playground) -> list[str]:
    """Return the words of what Keydesk said to the channel, without threads."""
    workspace = running.slack.state.workspace
    messages = workspace.channels[SPEECH].messages.values()
    return [words_of(each.blocks) for each in messages if each.user == workspace.app.bot_user_id and not each.thread_ts]
