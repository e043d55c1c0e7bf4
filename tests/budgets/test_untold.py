"""A budget over dollars that are not told: nobody says that nothing is spent, and nobody is alarmed by it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.budgets import views
from bot.budgets.spending import BudgetSpending, BudgetSpent
from bot.providers.deepgram.client import Deepgram
from bot.store.collected import CollectedDay, end_of
from bot.store.database import Database
from bot.store.prices import Price
from tests.budgets.test_settled_months import A_HUNDRED, Office
from tests.clocks import SetClock
from tests.desk.conftest import deepgram, small_store  # noqa: F401 fixtures of the desk
from tests.factories import OWNER, PROJECT, TEAM, actor, bench

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
LAST = date(2026, 11, 15)
DAY = timedelta(days=1)


@pytest.fixture
async def office(small_store: Database, deepgram: Deepgram) -> Office:  # noqa: F811 fixtures
    """A desk in the middle of November."""
    clock = SetClock(NOW)
    return Office(await bench(small_store, deepgram, clock), clock, deepgram)


def untold(office: Office, day: date, price: Price, told: str | None = None) -> None:
    """Let something have been used on a day of which not all dollars are told."""
    total = None if told is None else Decimal(told)
    row = CollectedDay(project_id=PROJECT, day=day, spend_total=total, read_at=NOW, same_since=end_of(day))
    row.closed, row.price = True, price.value
    with office.desk.database.transaction() as session:
        session.merge(row)


def spent(office: Office) -> BudgetSpent:
    with office.desk.database.reading() as session:
        return BudgetSpending(session, TEAM, LAST).of("project", PROJECT)


@pytest.mark.parametrize(("price", "told"), [(Price.UNTOLD, None), (Price.ZERO, "0")])
async def test_a_contracts_budget_says_that_nothing_is_told_and_never_alarms(
    office: Office, price: Price, told: str | None
) -> None:
    for back in range(15):
        untold(office, LAST - back * DAY, price, told)
    said = await office.setting.set(A_HUNDRED, actor(OWNER))
    assert "How much of it is spent is not told." in said
    assert "the provider tells no price for them" in said
    assert "0 % of it" not in said
    found = spent(office)
    assert (found.told, found.percent(Decimal(100)), found.forecast) == (None, None, None)
    shown = office.page(LAST + DAY)
    assert "How much is spent is not told · – of $100.00" in shown
    assert " 0 %" not in shown
    await office.watch.watch("all", NOW)
    assert office.told() == office.told("sudden") == []


async def test_what_is_told_of_a_budget_counts_and_says_what_it_is_without(office: Office) -> None:
    await office.setting.set(A_HUNDRED, actor(OWNER))
    office.spend(LAST, "60")
    untold(office, LAST - DAY, Price.UNTOLD)
    untold(office, LAST - 2 * DAY, Price.PARTLY, "25")
    await office.watch.watch("all", NOW)
    (alert,) = office.told()
    assert "Without 2 days: the provider tells no price for them" in views.sentence(alert)
    assert "85 % · $85.00 of $100.00" in office.page(LAST + DAY)


@pytest.mark.parametrize(("price", "told"), [(Price.UNTOLD, None), (Price.ZERO, "0"), (Price.PARTLY, "0.5")])
async def test_a_day_that_is_not_told_whole_is_no_sudden_change(office: Office, price: Price, told: str | None) -> None:
    office.spend_each(dict.fromkeys([LAST - back * DAY for back in range(1, 36)], "100"))
    untold(office, LAST, price, told)
    await office.watch.watch("all", NOW)
    assert office.told("sudden") == []
