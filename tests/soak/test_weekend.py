"""From Friday evening to Monday morning Slack takes no message: whatever is still owed then is told, once, to each."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.store import scheduled_jobs
from bot.store.cards import Card
from bot.store.requests import Request
from playground.slack.messages import Message
from tests.scenarios.people import APPROVALS, MARIA, OLENA, PRIYA, YUKI, words_of
from tests.soak.conftest import Tell
from tests.soak.stage import FreshDatabase, Stage, ask, stage

pytestmark = pytest.mark.soak

AWAY_HOURS = 63
ASKED = {0: (YUKI, MARIA), 20: (OLENA,), 45: (YUKI, MARIA, OLENA)}  # the first ones expire before anybody hears of them
REFUSED = ("conversations.open", "chat.postMessage", "chat.update", "chat.postEphemeral")
STEP_SECONDS = 1.0  # the engine looks each second
TOLD_SECONDS = 120.0


async def test_what_was_owed_over_a_weekend_is_told_once(fresh: FreshDatabase, tell: Tell) -> None:
    async with stage(fresh) as here:
        pages = {user: await here.page(user) for user in (YUKI, MARIA, OLENA, PRIYA)}
        for method in REFUSED:
            here.slack.state.faults.add({"method": method, "kind": "error", "error": "token_revoked", "times": None})
        asked: list[str] = []
        for hour in range(AWAY_HOURS):
            asked += [await ask(here, pages[user], f"weekend {hour}") for user in ASKED.get(hour, ())]
            here.clock.advance(timedelta(hours=1))
            await asyncio.sleep(STEP_SECONDS)
        kept, _ = here.read(scheduled_jobs.owed)
        refused = here.to_slack.count("POST", "/chat.postMessage") + here.to_slack.count("POST", "/conversations.open")
        assert not _posted(here)

        here.slack.state.faults.clear()
        minutes = 0
        while _owed(here):
            assert minutes < TOLD_SECONDS
            here.clock.advance(timedelta(minutes=1))
            minutes += 1
            await asyncio.sleep(STEP_SECONDS)

        states = Counter(here.request(ref).state for ref in asked)
        shown = _posted(here)
        tell(
            f"weekend, {fresh.name}: {AWAY_HOURS} h without Slack, {len(asked)} requests ({dict(states)}), {refused} "
            f"refused calls, {kept} kept; all told {minutes} min after it was back: {len(shown)} copies"
        )
        assert states["waiting"] == len(ASKED[45])
        assert max(Counter(shown).values()) == 1, "a card was posted twice"
        for user in (YUKI, MARIA, OLENA):
            await pages[user].reads("weekend")
        assert sum("weekend 45" in words_of(message.blocks or []) for message in _channel(here)) == len(ASKED[45])


def _posted(here: Stage) -> list[tuple[str, str, str]]:
    """Return every copy that stands somewhere: of which request, for whom, where."""
    stands = select(Card).where(col(Card.ts).is_not(None), col(Card.ts) != "")
    found: list[Card] = here.read(lambda session: list(session.exec(stands)))
    return [(card.request_id, card.audience, card.place) for card in found]


def _owed(here: Stage) -> bool:
    """Tell whether a copy that somebody is to read is missing or old, or a job is kept."""
    rows = select(Card, Request).join(Request, col(Request.id) == col(Card.request_id))
    found: list[tuple[Card, Request]] = here.read(lambda session: list(session.exec(rows)))
    wanted = [
        (card, request)
        for card, request in found
        if card.ts != ""
        and not (card.ts is None and card.audience.startswith("approver") and request.state != "waiting")
    ]
    asks = {card.request_id for card, _ in wanted if card.audience.startswith("approver")}
    unasked = [request for _, request in found if request.state == "waiting" and request.id not in asks]
    behind = [card for card, request in wanted if card.ts is None or card.version < request.version]
    return bool(unasked or behind or here.read(scheduled_jobs.owed)[0])


def _channel(here: Stage) -> list[Message]:
    return [each for each in here.slack.state.workspace.channels[APPROVALS].messages.values() if each.bot_id]
