"""What a month is heading for: at any minute of a day, after days that nobody read, and in its first days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.budgets import service
from bot.budgets.spending import BudgetSpending, BudgetSpent
from bot.providers.deepgram.client import Deepgram
from bot.store.database import Database
from bot.store.projects import Project
from tests.budgets.test_settled_months import A_HUNDRED, DAY, NOVEMBER, Office, days_of
from tests.clocks import SetClock
from tests.desk.conftest import deepgram, small_store  # noqa: F401 fixtures of the desk
from tests.factories import NOON, OWNER, TEAM, actor, add, bench, rows

LAST = date(2026, 11, 30)
FIRST = date(2026, 12, 1)


@pytest.fixture
async def office(small_store: Database, deepgram: Deepgram) -> Office:  # noqa: F811 fixtures
    """An office on the last day of November 2026, a budget in force since its middle."""
    clock = SetClock(datetime(2026, 11, 16, 9, tzinfo=UTC))
    made = Office(await bench(small_store, deepgram, clock), clock, deepgram)
    await made.setting.set(A_HUNDRED, actor(OWNER))
    return made


def november(office: Office, dollars: str, to: int = 29) -> None:
    """Let the provider have told of the days of November up to one, a usual day's dollars each."""
    office.spend_each(dict.fromkeys(days_of(NOVEMBER, to), dollars))


def spent(office: Office, today: date) -> BudgetSpent:
    (row,) = rows(office.desk.database, lambda session: service.rows(session, TEAM, "", today))
    found: BudgetSpent = row.spent
    return found


@pytest.mark.parametrize(
    ("so_far", "expected"), [("0", "300"), ("0.20", "300"), ("10", "300"), ("25", "315"), ("-4", "300")]
)
async def test_today_counts_as_a_usual_day_or_as_what_it_has_where_that_is_more(
    office: Office, so_far: str, expected: str
) -> None:
    november(office, "10")
    before = spent(office, LAST).forecast
    office.spend(LAST, so_far, datetime(2026, 11, 30, 0, 35, tzinfo=UTC))
    assert before == 300
    assert spent(office, LAST).forecast == Decimal(expected)
    assert f"heading for ${expected}.00" in office.page(LAST)


async def test_days_that_were_begun_and_not_read_since_count_each_as_a_usual_day_at_least(office: Office) -> None:
    november(office, "10", 26)
    for number, dollars in ((27, "3"), (29, "40")):  # nothing was read of the 28th
        day = date(2026, 11, number)
        office.spend(day, dollars, datetime(2026, 11, number, 9, tzinfo=UTC))
    assert spent(office, LAST).forecast == 260 + 10 + 10 + 40 + 10


async def test_days_before_the_month_that_were_never_read_are_not_days_of_nothing(office: Office) -> None:
    november(office, "2", 27)
    office.spend(FIRST, "0.30", datetime(2026, 12, 1, 9, tzinfo=UTC))
    found, page = spent(office, FIRST), office.page(FIRST)
    assert found.forecast == 62
    assert "heading for $62.00" in page
    assert "Not read whole yet: 4 days, 28 Nov to 1 Dec" in page


async def test_days_that_nobody_read_amid_the_last_ones_are_left_out_of_the_usual_day(office: Office) -> None:
    november(office, "2", 27)
    office.spend_each(dict.fromkeys(days_of(FIRST, 2), "2"))
    assert spent(office, date(2026, 12, 3)).forecast == 62


async def test_the_first_reading_of_a_project_is_not_preceded_by_days_that_nobody_read(office: Office) -> None:
    add(office.desk.database, Project(id="b0000000-0000-4000-8000-000000000002", name="new", read_at=NOON))
    november(office, "7", 30)
    found = spent(office, LAST + DAY)
    assert found.open.days == (FIRST,)
    with office.desk.database.reading() as session:
        customers = BudgetSpending(session, TEAM, FIRST).of("customer", "acme")
    assert customers.open.days == (FIRST,)


async def test_a_months_first_days_say_what_their_forecast_rests_on(office: Office) -> None:
    november(office, "2", 30)
    for number in range(1, 5):
        today = date(2026, 12, number)
        office.spend(today, "0.50", datetime(2026, 12, number, 9, tzinfo=UTC))
        whole = today - timedelta(days=1)
        resting = f"heading for $62.00 (by the last 7 whole days, to {whole.day} {whole:%b})"
        assert resting in office.page(today)
        office.spend(today, "2")
    today = date(2026, 12, 5)
    assert "whole days" in office.page(today)  # nothing was read of the fifth yet
    office.spend(today, "1", datetime(2026, 12, 5, 9, tzinfo=UTC))
    assert "heading for $62.00\\n" in office.page(today)
