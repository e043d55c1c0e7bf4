"""trigger_id: three seconds, one use, three distinct errors."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient

from playground.clock import PlaygroundClock
from playground.slack import SlackEmulator, Timings
from playground.slack.triggers import Triggers
from tests.playground.slack.driver import PRIYA
from tests.playground.slack.refusals import refusal, refused_answer
from tests.playground.slack.samples import modal


def test_a_trigger_lives_three_seconds_in_production() -> None:
    assert (Timings().trigger, Timings().ack) == (3.0, 3.0)


async def test_an_unknown_trigger_is_invalid(web: AsyncWebClient) -> None:
    assert await refusal(web.views_open(trigger_id="1.2.made-up", view=modal())) == "invalid_trigger_id"


async def test_a_trigger_works_once(slack: SlackEmulator, web: AsyncWebClient) -> None:
    trigger_id = slack.state.triggers.issue(PRIYA, "tab")
    await web.views_open(trigger_id=trigger_id, view=modal())
    assert await refusal(web.views_open(trigger_id=trigger_id, view=modal())) == "exchanged_trigger_id"


async def test_an_old_trigger_is_expired(slack: SlackEmulator, web: AsyncWebClient) -> None:
    slack.state.triggers = Triggers(0.01)
    trigger_id = slack.state.triggers.issue(PRIYA, "tab")
    await asyncio.sleep(0.02)
    assert await refusal(web.views_open(trigger_id=trigger_id, view=modal())) == "expired_trigger_id"


async def test_a_moved_clock_does_not_age_a_trigger(
    slack: SlackEmulator, web: AsyncWebClient, clock: PlaygroundClock
) -> None:
    trigger_id = slack.state.triggers.issue(PRIYA, "tab")
    clock.advance(timedelta(days=3))
    assert (await web.views_open(trigger_id=trigger_id, view=modal()))["ok"]


async def test_a_refused_view_does_not_use_up_the_trigger(slack: SlackEmulator, web: AsyncWebClient) -> None:
    trigger_id = slack.state.triggers.issue(PRIYA, "tab")
    answer = await refused_answer(web.views_open(trigger_id=trigger_id, view=modal() | {"title": None}))
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"]
    assert (await web.views_open(trigger_id=trigger_id, view=modal()))["ok"]
