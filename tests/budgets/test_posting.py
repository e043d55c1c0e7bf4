"""An alert never stands where others read it, and it reaches somebody wherever anybody can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import Session, select

from bot.budgets.posting import MOST_TRIES, PATIENCE, AlertPosting
from bot.policy import PolicyContext
from bot.slack.web import SlackError, SlackTookNothing, SlackUnclear
from bot.store import budgets, scheduled_jobs
from bot.store.budgets import Alert, Budget
from bot.store.database import Database
from bot.store.people import Person
from bot.store.scheduled_jobs import ScheduledJob
from tests.clocks import SetClock, machine_now
from tests.factories import ANA, NOON, OWNER, PROJECT, SECOND_OWNER, TEAM, add, small_database
from tests.fake_slack import OURS, SHARED, FakeSlack
from tests.inline import InlineEngine

CHANNEL = "C0SPENDING1"
SUDDEN = {"amount": "9.00", "usual": "1.00", "by": "2026-03-01"}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A small store, without a budget."""
    made = small_database(tmp_path)
    yield made
    made.close()


def context(_session: Session, _team_id: str, _project_id: str) -> PolicyContext:
    """Say that Ana approves, and who owns."""
    return PolicyContext(frozenset({OWNER, SECOND_OWNER}), frozenset({ANA}))


def posting(database: Database, slack: FakeSlack) -> AlertPosting:
    return AlertPosting(database, InlineEngine(database.transaction, scheduled_jobs, SetClock(NOON)), slack, context)


def sudden(database: Database) -> str:
    """Raise an alert of a project without a budget, and return its id."""
    alert = Alert(
        team_id=TEAM, subject=f"sudden:{PROJECT}", level="more", period="2026-03-01", project_id=PROJECT,
        place=CHANNEL, facts=SUDDEN, raised_at=NOON,
    )  # fmt: skip
    add(database, alert)
    return alert.id


def told(database: Database, alert_id: str) -> tuple[str, str | None]:
    with database.reading() as session:
        alert = budgets.alert(session, alert_id)
        assert alert is not None
        return alert.post, alert.channel


def claim_is_old(database: Database, alert_id: str) -> None:
    """Let the patience with whoever posts it be over."""
    with database.transaction() as session:
        alert = budgets.alert(session, alert_id)
        if alert is not None and alert.claimed_at is not None:
            alert.claimed_at = machine_now() - PATIENCE - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("channel", "refused", "place"),
    [
        (OURS, "", CHANNEL),
        (SHARED, "", f"D{OWNER}"),
        (OURS, "channel_not_found", f"D{OWNER}"),
    ],
)
async def test_an_alert_of_a_channel_that_is_not_ours_any_more_goes_to_whoever_set_the_budget(
    database: Database, channel: dict[str, bool], refused: str, place: str
) -> None:
    slack = FakeSlack()
    if refused:
        slack.refusals[CHANNEL] = SlackError("chat.postMessage", refused)
    slack.channels[CHANNEL] = channel
    budget = Budget(
        team_id=TEAM, scope="project", ref=PROJECT, dollars=Decimal(10), channel=CHANNEL, set_by=OWNER, set_at=NOON
    )
    facts = {"spent": "9.00", "budget": "10.00", "reach": "by 2 Mar", "forecast": "12.00"}
    alert = Alert(
        team_id=TEAM, subject=f"budget:{budget.id}", level="80", period="2026-03", place=CHANNEL, facts=facts,
        raised_at=NOON,
    )  # fmt: skip
    add(database, budget, alert)
    alert_id = alert.id
    await posting(database, slack).post(alert_id, NOON)
    assert [message.channel for message in slack.messages.values()] == [place]
    assert told(database, alert_id) == ("posted", place)


async def test_an_alert_without_a_budget_goes_to_an_approver_and_past_a_guest_to_an_owner(database: Database) -> None:
    slack = FakeSlack()
    slack.channels[CHANNEL] = SHARED
    first = sudden(database)
    await posting(database, slack).post(first, NOON)
    assert told(database, first) == ("posted", f"D{ANA}")
    add(database, Person(team_id=TEAM, user_id=ANA, standing="guest", read_at=NOON))
    with database.transaction() as session:
        budgets.alert(session, first).period = "before"  # type: ignore[union-attr] # it is there
    second = sudden(database)
    await posting(database, slack).post(second, NOON)
    assert told(database, second) == ("posted", f"D{min(OWNER, SECOND_OWNER)}")


async def test_a_closed_place_is_passed_by_and_only_where_all_are_closed_is_an_alert_lost(database: Database) -> None:
    slack = FakeSlack()
    slack.channels[CHANNEL] = OURS
    slack.refusals = {each: SlackError("chat.postMessage", "channel_not_found") for each in (CHANNEL, ANA, OWNER)}
    alert_id = sudden(database)
    slack.refusals[SECOND_OWNER] = SlackError("conversations.open", "user_disabled")
    await posting(database, slack).post(alert_id, NOON)
    assert told(database, alert_id) == ("lost", None)
    assert slack.messages == {}


async def test_a_refusal_does_not_count_as_a_post_and_after_two_unclear_ones_there_is_no_third(
    database: Database,
) -> None:
    slack = FakeSlack()
    slack.channels[CHANNEL] = OURS
    alert_id = sudden(database)
    slack.refusals[CHANNEL] = SlackError("chat.postMessage", "invalid_auth")
    for _ in range(3):
        await posting(database, slack).post(alert_id, NOON)
    slack.refusals[CHANNEL] = SlackUnclear("chat.postMessage", "timeout")
    for _ in range(MOST_TRIES):
        await posting(database, slack).post(alert_id, NOON)
        assert told(database, alert_id) == ("wanted", None)
        claim_is_old(database, alert_id)
    slack.refusals.clear()
    await posting(database, slack).post(alert_id, NOON)
    assert told(database, alert_id) == ("posted", None)
    assert slack.messages == {}


async def test_an_alert_that_slack_takes_in_no_way_is_given_up_at_once(database: Database) -> None:
    slack = FakeSlack()
    slack.channels[CHANNEL] = OURS
    for place in (CHANNEL, ANA, OWNER, SECOND_OWNER):
        slack.refusals[place] = SlackTookNothing("chat.postMessage", "invalid_blocks")
    alert_id = sudden(database)
    await posting(database, slack).post(alert_id, NOON)
    assert told(database, alert_id) == ("lost", None)
    with database.reading() as session:
        assert session.exec(select(ScheduledJob)).all() == []
