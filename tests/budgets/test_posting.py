"""An alert never stands where others read it, even if its channel was fit when the budget was set."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bot.budgets.posting import AlertPosting
from bot.clock import SetClock
from bot.engine.inline import InlineEngine
from bot.store import budgets, due
from bot.store.budgets import Alert, Budget
from tests.desk.conversations import OURS, SHARED, Conversations
from tests.factories import NOON, OWNER, PROJECT, TEAM, add, small_database

CHANNEL = "C0SPENDING1"


@pytest.mark.parametrize(("channel", "place"), [(OURS, CHANNEL), (SHARED, f"D{OWNER}")])
async def test_an_alert_of_a_channel_that_became_shared_goes_to_whoever_set_it(
    tmp_path: Path, channel: dict[str, bool], place: str
) -> None:
    database, slack = small_database(tmp_path), Conversations()
    slack.channels[CHANNEL] = channel
    budget = Budget(
        team_id=TEAM, scope="project", ref=PROJECT, dollars=Decimal(10), channel=CHANNEL, set_by=OWNER, set_at=NOON
    )
    facts = {"spent": "9.00", "budget": "10.00", "by": "2 Mar", "forecast": "12.00"}
    alert = Alert(
        team_id=TEAM, subject=f"budget:{budget.id}", level="80", period="2026-03", place=CHANNEL, facts=facts,
        raised_at=NOON,
    )  # fmt: skip
    add(database, budget, alert)
    alert_id = alert.id
    engine = InlineEngine(database.transaction, due, SetClock(NOON))
    await AlertPosting(database, engine, slack).post(alert_id, NOON)
    assert [message.channel for message in slack.messages.values()] == [place]
    with database.reading() as session:
        told = budgets.alert(session, alert_id)
        assert told is not None
        assert (told.post, told.channel) == ("posted", place)
    database.close()
