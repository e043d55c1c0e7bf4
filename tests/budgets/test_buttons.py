"""No button of a budget leads nowhere, and a channel hears once that its budget was set while it was crossed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from bot.budgets.operations import EndBudget
from bot.budgets.posting import AlertPosting
from bot.providers.deepgram.client import Deepgram
from bot.store import budgets
from bot.store.budgets import Budget
from bot.store.database import Database
from bot.store.keys import Key
from bot.store.projects import Project
from tests.budgets.test_settled_months import A_HUNDRED, FIRST_OF_DECEMBER, KEY_ID, Office
from tests.clocks import SetClock
from tests.desk.conftest import deepgram, small_store  # noqa: F401 fixtures of the desk
from tests.factories import OWNER, PROJECT, TEAM, actor, add, bench, customer, key, rows
from tests.fake_slack import OURS, FakeSlack

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
CHANNEL = "C0SPENDING1"
WAYS = {"Raise…", "Revoke keys…"}


@pytest.fixture
async def office(small_store: Database, deepgram: Deepgram) -> Office:  # noqa: F811 fixtures
    """An office in the middle of November 2026."""
    clock = SetClock(NOW)
    return Office(await bench(small_store, deepgram, clock), clock, deepgram)


def give(office: Office, scope: str, ref: str) -> str:
    """Let a budget be in force since the first, whose alerts go to a channel."""
    project_id = "" if scope == "customer" else PROJECT
    budget = Budget(
        team_id=TEAM, scope=scope, ref=ref, project_id=project_id, dollars=Decimal(100), channel=CHANNEL,
        set_by=OWNER, set_at=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip
    add(office.desk.database, budget)
    return budget.id


def ends(office: Office, gone: str) -> None:
    """Let the key end, or its project be gone."""
    with office.desk.database.transaction() as session:
        for each in session.exec(select(Key)):
            each.state, each.ended_at = "ended", NOW
        if gone == "project":
            session.get_one(Project, PROJECT).gone_at = NOW


def drawn(text: str) -> set[str]:
    return {each for each in WAYS if each in text}


async def posted(office: Office) -> str:
    """Post every alert that is wanted, and return what stands in Slack then."""
    slack = FakeSlack()
    slack.channels[CHANNEL] = OURS
    posting = AlertPosting(office.desk.database, office.desk.engine, slack, office.desk.desk.policy_context)
    for alert in office.told():
        await posting.post(alert.id, office.clock.now())
    messages: list[Any] = list(slack.messages.values())
    return str([(each.channel, each.blocks) for each in messages])


@pytest.mark.parametrize("scope", ["project", "customer", "key"])
async def test_a_budget_of_what_can_spend_offers_both(office: Office, scope: str) -> None:
    add(office.desk.database, key(1, customer="acme"), customer("acme"))
    give(office, scope, {"project": PROJECT, "customer": "acme", "key": KEY_ID}[scope])
    assert drawn(office.page(NOW.date())) == WAYS


@pytest.mark.parametrize(
    ("scope", "gone", "left"),
    [
        ("key", "key", set()),
        ("key", "project", set()),
        ("project", "project", set()),
        ("project", "key", {"Raise…"}),  # another key may spend
        ("customer", "key", {"Raise…"}),
    ],
)
async def test_a_budget_of_what_cannot_spend_offers_nothing_that_leads_nowhere(
    office: Office, scope: str, gone: str, left: set[str]
) -> None:
    add(office.desk.database, key(1, customer="acme"), customer("acme"))
    give(office, scope, {"project": PROJECT, "customer": "acme", "key": KEY_ID}[scope])
    office.spend(date(2026, 11, 15), "150")
    ends(office, gone)
    assert drawn(office.page(NOW.date())) == left
    if scope != "customer":
        await office.at(NOW)
        assert drawn(await posted(office)) == left


async def test_an_alert_offers_what_can_be_done_and_one_of_a_month_that_is_over_does_not(office: Office) -> None:
    add(office.desk.database, key(1))
    give(office, "project", PROJECT)
    office.spend(date(2026, 11, 15), "150")
    await office.at(NOW)
    assert drawn(await posted(office)) == WAYS
    add(office.desk.database, key(2))
    give(office, "key", key(2).provider_key_id)
    with office.desk.database.transaction() as session:
        budget = session.exec(select(Budget).where(Budget.scope == "key")).one()
        budget.ref = KEY_ID
    office.clock.move(FIRST_OF_DECEMBER - NOW)
    await office.at(FIRST_OF_DECEMBER)
    assert [each.facts.get("read_on") for each in office.told()] == ["2026-12-01"]
    late = await posted(office)
    assert "were spent in November 2026" in late
    assert drawn(late) == set()


async def test_an_alert_of_a_budget_that_was_ended_meanwhile_offers_nothing(office: Office) -> None:
    add(office.desk.database, key(1))
    budget_id = give(office, "project", PROJECT)
    office.spend(date(2026, 11, 15), "150")
    await office.at(NOW)
    await office.setting.end(EndBudget(project_id=PROJECT, budget_id=budget_id), actor(OWNER))
    assert drawn(await posted(office)) == set()


async def test_a_channel_is_told_once_that_its_budget_was_set_while_it_was_crossed(office: Office) -> None:
    office.spend(date(2026, 11, 15), "150")
    slack = FakeSlack()
    slack.channels[CHANNEL] = OURS
    slack.people = (OWNER,)
    office.setting._web = slack  # noqa: SLF001 the office has none: a channel is asked of Slack
    said = await office.setting.set(A_HUNDRED.model_copy(update={"channel": CHANNEL}), actor(OWNER))
    assert "150 % of it is spent" in said
    for hours in (1, 2):
        await office.at(NOW + timedelta(hours=hours))
    (told,) = office.told()
    assert (told.level, told.place) == ("100", CHANNEL)
    assert "$150.00 of $100.00" in await posted(office)
    await office.setting.set(A_HUNDRED.model_copy(update={"channel": CHANNEL}), actor(OWNER))
    assert office.told() == []  # it was posted, and setting it anew tells nothing again
    assert rows(office.desk.database, lambda session: len(budgets.newest_first(session, TEAM))) == 1
