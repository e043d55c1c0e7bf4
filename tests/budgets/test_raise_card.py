"""Whoever decides about a raise reads what the page of budgets says in the same minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.budgets.operations import RaiseBudget
from bot.providers.deepgram.client import Deepgram
from bot.store import budgets
from bot.store.collected import CollectedDay
from bot.store.database import Database
from bot.store.prices import Price
from tests.budgets.test_settled_months import A_HUNDRED, FIRST_OF_DECEMBER, Office, days_of
from tests.clocks import SetClock
from tests.desk.conftest import deepgram, small_store  # noqa: F401 fixtures of the desk
from tests.factories import ANA, OWNER, PROJECT, TEAM, actor, bench, rows

NOVEMBER = "2.95"


@pytest.fixture
async def office(small_store: Database, deepgram: Deepgram) -> Office:  # noqa: F811 fixtures
    """An office on 1 December 2026, after a whole November, with a budget in force."""
    clock = SetClock(datetime(2026, 11, 16, 9, tzinfo=UTC))
    made = Office(await bench(small_store, deepgram, clock), clock, deepgram)
    await made.setting.set(A_HUNDRED, actor(OWNER))
    made.spend_each(dict.fromkeys(days_of(date(2026, 11, 1), 30), NOVEMBER))
    clock.move(FIRST_OF_DECEMBER - clock.now())
    return made


def evidence(office: Office) -> dict[str, str]:
    """Return what stands on the card of a raise that is asked now."""
    budget = rows(office.desk.database, lambda session: budgets.of(session, TEAM, "project", PROJECT))
    wish = RaiseBudget(project_id=PROJECT, budget_id=budget.id, dollars=Decimal(200))
    return dict(rows(office.desk.database, lambda session: office.setting.describe(session, wish, ANA).evidence))


@pytest.mark.parametrize(("day", "so_far"), [(1, "$40.00 of $100.00"), (6, "$52.50 of $100.00")])
async def test_the_card_of_a_raise_tells_the_month_and_the_figures_of_the_page(
    office: Office, day: int, so_far: str
) -> None:
    office.spend_each(dict.fromkeys(days_of(date(2026, 12, 1), day - 1), "2.50"))
    today = date(2026, 12, day)
    office.clock.move(timedelta(days=day - 1))
    office.spend(today, "40", office.clock.now())
    told, page = evidence(office)["Spent in December 2026"], office.page(today)
    assert told.startswith(f"{so_far} so far on {day} Dec · heading for ")
    assert told.removesuffix(" (UTC)") in page
    assert "Budgets of December 2026" in page
    assert evidence(office)["Not read whole yet"] == f"{day} Dec"


async def test_the_card_of_a_raise_says_what_its_figures_lack(office: Office) -> None:
    office.spend(FIRST_OF_DECEMBER.date(), "40", FIRST_OF_DECEMBER)
    with office.desk.database.transaction() as session:
        session.get_one(CollectedDay, (FIRST_OF_DECEMBER.date(), PROJECT)).price = Price.PARTLY.value
    assert "Without 1 day: the provider tells no price for" in evidence(office)["Spent in December 2026"]
