"""Budgets are watched by the daily facts, and each crossing is told once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session, col, select

from bot.budgets.operations import EndBudget, RaiseBudget, SetBudget
from bot.budgets.setting import BudgetSetting
from bot.budgets.spending import Spending
from bot.budgets.watching import BudgetWatch
from bot.clock import SetClock
from bot.errors import FormError, NotUnderstood
from bot.providers.deepgram.client import Deepgram
from bot.slack.web import SlackWeb
from bot.store import budgets, collected, collections, fact_rows, tag_sets
from bot.store.budgets import Alert
from bot.store.collected import CollectedDay
from bot.store.customers import Customer
from bot.store.database import Database
from bot.store.fact_rows import DayFacts, SpendOf
from tests.desk.conftest import deepgram, small_store  # noqa: F401 fixtures of the desk
from tests.digests.books import Balances
from tests.factories import ANA, OWNER, PROJECT, SECOND_OWNER, TEAM, Bench, actor, add, bench, entries, key, rows

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
CLOSED = date(2026, 11, 15)
KEY_ID = "00000001-0000-4000-8000-000000000000"


@pytest.fixture
async def desk(small_store: Database, deepgram: Deepgram) -> Bench:  # noqa: F811 a fixture
    """A desk in the middle of November."""
    return await bench(small_store, deepgram, SetClock(NOW))


@pytest.fixture
def watch(desk: Bench, deepgram: Deepgram) -> BudgetWatch:  # noqa: F811 a fixture
    """The watch over a desk's store."""
    return BudgetWatch(desk.database, desk.engine, desk.desk, deepgram, TEAM)


@pytest.fixture
def setting(desk: Bench, watch: BudgetWatch) -> BudgetSetting:
    """Setting of budgets whose alerts come as direct messages: Slack is not asked."""
    web: SlackWeb = object()  # type: ignore[assignment] # never used without a channel
    return BudgetSetting(desk.database, desk.clock, web, watch)


def spend(desk: Bench, day: date, dollars: str, *, tags: tuple[str, ...] = (), key_id: str = KEY_ID) -> None:
    """Let the provider have told of one day."""
    line = SpendOf(key_id, "streaming::nova-3", tag_sets.text_of(tags), "hosted")
    with desk.database.transaction() as session:
        fact_rows.replace(session, PROJECT, {day: DayFacts({line: Decimal(dollars)})})
        session.merge(
            CollectedDay(
                project_id=PROJECT,
                day=day,
                spend_total=Decimal(dollars),
                spend_rows=Decimal(dollars),
                read_at=NOW,
                same_since=NOW,
                closed=True,
            )
        )


def alerts(desk: Bench) -> list[tuple[str, str]]:
    def read(session: Session) -> list[tuple[str, str]]:
        return [(each.level, each.post) for each in session.exec(select(Alert).order_by(col(Alert.level)))]

    found: list[tuple[str, str]] = rows(desk.database, read)
    return found


async def test_each_level_of_a_budget_is_told_once_a_month(
    desk: Bench, watch: BudgetWatch, setting: BudgetSetting
) -> None:
    spend(desk, date(2026, 11, 1), "10")
    told = await setting.set(SetBudget(project_id=PROJECT, scope="project", ref=PROJECT, dollars=100), actor(OWNER))
    assert "10 % of it is spent by 15 Nov (UTC): $10.00" in told
    for amount, told_levels in (
        ("45", {"forecast"}),
        ("75", {"forecast", "80"}),
        ("95", {"forecast", "80", "100"}),
    ):
        spend(desk, CLOSED, amount)
        await watch.watch("all", NOW)
        await watch.watch("all", NOW + timedelta(hours=1))
        assert {level for level, post in alerts(desk) if post == "wanted"} == told_levels
    assert dict(alerts(desk)) == {"50": "covered", "80": "wanted", "100": "wanted", "forecast": "wanted"}
    spend(desk, date(2026, 12, 15), "85")
    await watch.watch("all", NOW + timedelta(days=30))
    assert sorted(level for level, post in alerts(desk) if post == "wanted") == ["100", "80", "forecast", "forecast"]


async def test_a_month_that_heads_over_its_budget_is_told(
    desk: Bench, watch: BudgetWatch, setting: BudgetSetting
) -> None:
    await setting.set(SetBudget(project_id=PROJECT, scope="project", ref=PROJECT, dollars=100), actor(OWNER))
    for back in range(7):
        spend(desk, CLOSED - timedelta(days=back), "6")
    await watch.watch("all", NOW)
    assert alerts(desk) == [("forecast", "wanted")]


async def test_what_was_crossed_when_a_budget_is_set_is_said_and_not_told_again(
    desk: Bench, watch: BudgetWatch, setting: BudgetSetting
) -> None:
    spend(desk, CLOSED, "120")
    told = await setting.set(SetBudget(project_id=PROJECT, scope="project", ref=PROJECT, dollars=100), actor(OWNER))
    await watch.watch("all", NOW)
    assert "120 % of it is spent" in told
    assert {post for _, post in alerts(desk)} == {"covered"}


async def test_a_customer_and_a_key_have_budgets_of_their_own(desk: Bench, setting: BudgetSetting) -> None:
    made = key(1, customer="acme")
    add(desk.database, made, Customer(team_id=TEAM, tag="acme", name="ACME", added_by=OWNER, added_at=NOW))
    spend(desk, CLOSED, "30", tags=("acme",))
    spend(desk, CLOSED - timedelta(days=1), "12", tags=(), key_id="somebody-else")
    told = await setting.set(SetBudget(project_id="", scope="customer", ref="acme", dollars=60), actor(OWNER))
    assert "Customer ACME has a budget of $60.00 a month. 50 % of it" in told
    spending = rows(desk.database, lambda session: Spending(session, TEAM, CLOSED))
    assert spending.of("customer", "acme").month_to_date == 30
    assert spending.of("key", made.provider_key_id).month_to_date == 30
    assert spending.of("project", PROJECT).month_to_date == 42


async def test_more_needs_an_approval_and_less_does_not(desk: Bench, setting: BudgetSetting) -> None:
    wish = SetBudget(project_id=PROJECT, scope="project", ref=PROJECT, dollars=100)
    await setting.set(wish, actor(OWNER))
    with pytest.raises(FormError, match="Raise…"):
        await setting.set(wish.model_copy(update={"dollars": Decimal(101)}), actor(OWNER))
    await setting.set(wish.model_copy(update={"dollars": Decimal(90)}), actor(OWNER))
    budget = rows(desk.database, lambda session: budgets.of(session, TEAM, "project", PROJECT))
    raised = RaiseBudget(project_id=PROJECT, budget_id=budget.id, dollars=Decimal(150))
    await setting.raise_(raised, actor(ANA))
    await setting.raise_(raised, actor(ANA))  # after a crash it is run again
    assert rows(desk.database, lambda session: budgets.get(session, budget.id)).dollars == 150
    assert [entry.name for entry in entries(desk.database, budget.id)] == ["budgets.set"] * 4


async def test_an_old_approval_does_not_undo_a_newer_lower_budget(desk: Bench, setting: BudgetSetting) -> None:
    wish = SetBudget(project_id=PROJECT, scope="project", ref=PROJECT, dollars=100)
    await setting.set(wish, actor(OWNER))
    budget = rows(desk.database, lambda session: budgets.of(session, TEAM, "project", PROJECT))
    raised = RaiseBudget(project_id=PROJECT, budget_id=budget.id, dollars=Decimal(150), before=Decimal(100))
    await setting.set(wish.model_copy(update={"dollars": Decimal(40)}), actor(OWNER))
    with pytest.raises(NotUnderstood, match="lowered to"):
        await setting.raise_(raised, actor(ANA))
    assert rows(desk.database, lambda session: budgets.get(session, budget.id)).dollars == 40


async def test_an_ended_budget_warns_no_more(desk: Bench, watch: BudgetWatch, setting: BudgetSetting) -> None:
    await setting.set(SetBudget(project_id=PROJECT, scope="project", ref=PROJECT, dollars=10), actor(OWNER))
    budget = rows(desk.database, lambda session: budgets.of(session, TEAM, "project", PROJECT))
    end = EndBudget(project_id=PROJECT, budget_id=budget.id)
    await setting.end(end, actor(OWNER))
    spend(desk, CLOSED, "50")
    await watch.watch("all", NOW)
    assert alerts(desk) == []
    with pytest.raises(NotUnderstood):
        await setting.end(end, actor(OWNER))


async def test_a_sudden_day_is_told_once(desk: Bench, watch: BudgetWatch) -> None:
    for back in range(1, 5):
        spend(desk, CLOSED - timedelta(weeks=back), "10")
    spend(desk, CLOSED, "1")
    with desk.database.transaction() as session:  # not read after its end: so far it is little
        collected.of_project(session, PROJECT, CLOSED, CLOSED)[CLOSED].closed = False
    await watch.watch("all", NOW)
    assert alerts(desk) == []
    spend(desk, CLOSED, "55")
    await watch.watch("all", NOW)
    await watch.watch("all", NOW + timedelta(hours=5))
    assert alerts(desk) == [("more", "wanted")]


async def test_figures_that_nobody_reads_any_more_are_an_alert_to_every_owner(desk: Bench, watch: BudgetWatch) -> None:
    with desk.database.transaction() as session:
        collections.ensure(session, PROJECT, CLOSED, NOW)
        collections.failed(session, PROJECT, "Deepgram is away.", NOW)
    await watch.watch("all", NOW)
    places = rows(desk.database, lambda session: sorted(session.exec(select(Alert.place))))
    assert places == sorted([OWNER, SECOND_OWNER])


async def test_a_snoozed_subject_is_quiet(desk: Bench, watch: BudgetWatch, setting: BudgetSetting) -> None:
    await setting.set(SetBudget(project_id=PROJECT, scope="project", ref=PROJECT, dollars=100), actor(OWNER))
    budget = rows(desk.database, lambda session: budgets.of(session, TEAM, "project", PROJECT))
    with desk.database.transaction() as session:
        budgets.snooze(session, TEAM, f"budget:{budget.id}", ANA, NOW + timedelta(days=7))
    spend(desk, CLOSED, "60")
    await watch.watch("all", NOW)
    assert alerts(desk) == []
    await watch.watch("all", NOW + timedelta(days=7))
    assert alerts(desk)


def test_one_of_many_posts_an_alert(store: Database) -> None:
    alert = Alert(team_id=TEAM, subject="sudden:p", level="more", period="d", place=ANA, raised_at=NOW)
    with store.transaction() as session:
        assert budgets.raise_once(session, alert)
    with store.transaction() as session:
        again = Alert(**alert.model_dump(exclude={"id"}))
        assert budgets.raise_once(session, again) is None
        assert budgets.claim(session, alert.id, NOW, timedelta(seconds=60))
        assert not budgets.claim(session, alert.id, NOW, timedelta(seconds=60))
        assert budgets.claim(session, alert.id, NOW + timedelta(seconds=61), timedelta(seconds=60))
        assert budgets.told(session, alert.id, "posted")
        assert not budgets.claim(session, alert.id, NOW + timedelta(hours=1), timedelta(seconds=60))


async def test_balances_of_projects_that_spend_are_kept_and_low_ones_told(desk: Bench) -> None:
    spend(desk, CLOSED, "7")
    with desk.database.transaction() as session:
        collections.ensure(session, PROJECT, CLOSED, NOW)
    await BudgetWatch(desk.database, desk.engine, desk.desk, Balances(Decimal(3)), TEAM).balances("all", NOW)
    assert rows(desk.database, lambda session: collections.balances(session, NOW)) == {PROJECT: Decimal(3)}
    assert [level for level, _ in alerts(desk)] == ["low"]
