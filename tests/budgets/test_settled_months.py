"""A budget's month ends by the provider's figures, not by the calendar; and what cannot spend heads nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session, col, select

from bot.budgets import service, views
from bot.budgets.operations import SetBudget
from bot.budgets.setting import BudgetSetting
from bot.budgets.watching import BudgetWatch
from bot.providers.deepgram.client import Deepgram
from bot.slack.web import SlackWeb
from bot.store import collected, fact_rows, tag_sets
from bot.store.budgets import Alert
from bot.store.collected import CollectedDay, end_of
from bot.store.database import Database
from bot.store.fact_rows import DayFacts, SpendOf
from bot.store.keys import Key
from bot.store.projects import Project
from tests.clocks import SetClock
from tests.desk.conftest import deepgram, small_store  # noqa: F401 fixtures of the desk
from tests.factories import OWNER, PROJECT, TEAM, Bench, actor, add, bench, key, rows

DAY = timedelta(days=1)
NOVEMBER = date(2026, 11, 1)
KEY_ID = "00000001-0000-4000-8000-000000000000"
FIRST_OF_DECEMBER = datetime(2026, 12, 1, 9, tzinfo=UTC)
A_HUNDRED = SetBudget(project_id=PROJECT, scope="project", ref=PROJECT, dollars=Decimal(100))


class Office:
    """A desk with its watch and its budgets, whose clock a test moves."""

    def __init__(self, desk: Bench, clock: SetClock, reports: Deepgram) -> None:
        web: SlackWeb = object()  # type: ignore[assignment] # never used without a channel
        self.desk = desk
        self.clock = clock
        self.watch = BudgetWatch(desk.database, desk.engine, desk.desk, reports, TEAM)
        self.setting = BudgetSetting(desk.desk, desk.database, desk.clock, web, self.watch)

    async def at(self, moment: datetime) -> None:
        """Move the clock there, and watch."""
        self.clock.move(moment - self.clock.now())
        await self.watch.watch("all", moment)

    def spend(self, day: date, dollars: str, read_at: datetime | None = None) -> None:
        """Let the provider have told of a day, an hour after its end unless said otherwise."""
        self.spend_each({day: dollars}, read_at)

    def spend_each(self, days: Mapping[date, str], read_at: datetime | None = None) -> None:
        """Let it have told of several days, read together."""
        line = SpendOf(KEY_ID, "streaming::nova-3", tag_sets.text_of(()), "hosted")
        with self.desk.database.transaction() as session:
            fact_rows.replace(session, PROJECT, {day: DayFacts({line: Decimal(days[day])}) for day in days})
            collected.put(session, [_told(day, Decimal(days[day]), read_at) for day in days])

    def told(self, about: str = "budget") -> list[Alert]:
        """Return the alerts of budgets, or “sudden” ones, that somebody is told of, the oldest first."""

        def read(session: Session) -> list[Alert]:
            wanted = select(Alert).where(col(Alert.post) == "wanted", col(Alert.subject).startswith(about))
            return list(session.exec(wanted.order_by(col(Alert.raised_at))))

        found: list[Alert] = rows(self.desk.database, read)
        return found

    def page(self, today: date) -> str:
        """Return what the list of budgets shows on a day."""
        return str(
            rows(
                self.desk.database,
                lambda session: views.listed(service.rows(session, TEAM, "", today), 1, "", may_set=False),
            )
        )


def _told(day: date, amount: Decimal, read_at: datetime | None) -> CollectedDay:
    moment = read_at or end_of(day) + timedelta(hours=1)
    return CollectedDay(
        project_id=PROJECT,
        day=day,
        spend_total=amount,
        spend_rows=amount,
        read_at=moment,
        same_since=moment,
        closed=moment >= end_of(day),
    )


def days_of(month: date, last: int) -> list[date]:
    """Return the days of a month from its first to its ``last``."""
    return [month.replace(day=number) for number in range(1, last + 1)]


@pytest.fixture
async def office(small_store: Database, deepgram: Deepgram) -> Office:  # noqa: F811 fixtures
    """An office in the middle of November 2026."""
    clock = SetClock(datetime(2026, 11, 16, 9, tzinfo=UTC))
    return Office(await bench(small_store, deepgram, clock), clock, deepgram)


@pytest.mark.parametrize("days", [1, 3])
async def test_a_crossing_that_is_told_late_is_still_told(office: Office, days: int) -> None:
    await office.setting.set(A_HUNDRED, actor(OWNER))
    office.spend_each({day: "1" if day.day < 30 else "15" for day in days_of(NOVEMBER, 30)})
    await office.at(FIRST_OF_DECEMBER)
    assert office.told() == []
    later = FIRST_OF_DECEMBER + days * DAY
    office.spend(date(2026, 11, 30), "100", later)
    office.spend_each(dict.fromkeys(days_of(later.date(), later.day - 1), "0.10"), later)
    await office.at(later)
    (late,) = office.told()
    assert (late.level, late.period[:7]) == ("100", "2026-11")
    assert "November" in views.sentence(late)


async def test_a_sudden_day_that_is_told_two_days_late_is_still_told(office: Office) -> None:
    busy = date(2026, 11, 14)
    usual = [day - timedelta(weeks=weeks) for weeks in range(1, 5) for day in (busy, busy + DAY, busy + 2 * DAY)]
    office.spend_each(dict.fromkeys([*usual, busy, busy + DAY], "10"))
    await office.at(datetime(2026, 11, 16, 9, tzinfo=UTC))
    assert office.told("sudden") == []
    office.spend(busy, "90", datetime(2026, 11, 17, 8, tzinfo=UTC))
    office.spend(busy + 2 * DAY, "10")
    await office.at(datetime(2026, 11, 17, 9, tzinfo=UTC))
    assert [(each.level, each.period) for each in office.told("sudden")] == [("more", busy.isoformat())]


@pytest.mark.parametrize("gone", ["key", "project"])
async def test_what_cannot_spend_any_more_heads_nowhere(office: Office, gone: str) -> None:
    add(office.desk.database, key(1, purpose="hotline"))
    ref = KEY_ID if gone == "key" else PROJECT
    await office.setting.set(A_HUNDRED.model_copy(update={"scope": gone, "ref": ref}), actor(OWNER))
    office.spend_each({day: "8" if day.day < 5 else "0" for day in days_of(NOVEMBER, 6)})
    ended_at = datetime(2026, 11, 4, 20, tzinfo=UTC)
    with office.desk.database.transaction() as session:
        if gone == "key":
            row = session.exec(select(Key).where(Key.provider_key_id == KEY_ID)).one()
            row.state, row.ended_at = "ended", ended_at
        else:
            session.get_one(Project, PROJECT).gone_at = ended_at
    await office.at(datetime(2026, 11, 7, 9, tzinfo=UTC))
    assert office.told() == []
    assert "heading for $32.00" in office.page(date(2026, 11, 7))


async def test_what_was_spent_today_so_far_counts(office: Office) -> None:
    await office.setting.set(A_HUNDRED, actor(OWNER))
    office.spend_each(dict.fromkeys(days_of(NOVEMBER, 15), "6.40"))
    office.spend(date(2026, 11, 16), "16", datetime(2026, 11, 16, 8, tzinfo=UTC))
    page = office.page(date(2026, 11, 16))
    assert "112 %" in page
    assert "so far on 16 Nov" in page


async def test_a_forecast_is_never_below_what_is_spent(office: Office) -> None:
    await office.setting.set(A_HUNDRED, actor(OWNER))
    office.spend_each({day: "10" if day.day < 9 else "-1" for day in days_of(NOVEMBER, 15)})
    (row,) = rows(office.desk.database, lambda session: service.rows(session, TEAM, "", date(2026, 11, 16)))
    assert row.spent.forecast >= row.spent.month_to_date > 0


async def test_on_the_first_the_page_of_budgets_is_about_the_month_that_begins(office: Office) -> None:
    await office.setting.set(A_HUNDRED, actor(OWNER))
    office.spend_each(dict.fromkeys(days_of(NOVEMBER, 30), "2.95"))
    page = office.page(date(2026, 12, 1))
    assert "December" in page
    assert "88 %" not in page


async def test_an_alert_names_the_month_that_it_is_about(office: Office) -> None:
    await office.setting.set(A_HUNDRED, actor(OWNER))
    office.spend_each(dict.fromkeys(days_of(NOVEMBER, 30), "4"))
    await office.at(FIRST_OF_DECEMBER)
    told = views.sentence(office.told()[-1])
    assert "November" in told
    assert "this month" not in told


async def test_a_budget_that_is_heading_over_when_it_is_set_says_so_once(office: Office) -> None:
    office.spend_each(dict.fromkeys(days_of(NOVEMBER, 15), "4"))
    said = await office.setting.set(A_HUNDRED, actor(OWNER))
    assert "heading" in said
    await office.at(datetime(2026, 11, 16, 10, tzinfo=UTC))
    assert [each.level for each in office.told()] == ["forecast"]
    await office.at(datetime(2026, 11, 16, 11, tzinfo=UTC))
    assert len(office.told()) == 1
