"""Budgets are watched by the daily facts, and each crossing is told once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.budgets import service, views
from bot.budgets.operations import EndBudget, RaiseBudget, SetBudget
from bot.budgets.setting import BudgetSetting, keep_quiet
from bot.budgets.spending import BudgetSpending, BudgetSpent
from bot.budgets.watching import BudgetWatch
from bot.errors import FormError, NotUnderstood
from bot.providers.deepgram.client import Deepgram
from bot.slack.web import SlackWeb
from bot.store import budgets, collections, fact_rows, tag_sets
from bot.store.budgets import Alert, Budget
from bot.store.collected import CollectedDay, end_of
from bot.store.customers import Customer
from bot.store.database import Database
from bot.store.fact_rows import DayFacts, SpendOf
from tests.clocks import SetClock
from tests.desk.conftest import deepgram, small_store  # noqa: F401 fixtures of the desk
from tests.digests.books import Balances
from tests.factories import (
    ANA,
    OWNER,
    PROJECT,
    SECOND_OWNER,
    TEAM,
    Bench,
    actor,
    add,
    bench,
    entries,
    key,
    owed_to,
    rows,
)

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
CLOSED = date(2026, 11, 15)
DAY = timedelta(days=1)
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
    return BudgetSetting(desk.desk, desk.database, desk.clock, web, watch)


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


def read_before_its_end(desk: Bench, day: date) -> None:
    """Let a day have been read before its end only."""
    with desk.database.transaction() as session:
        session.get_one(CollectedDay, (day, PROJECT)).closed = False


def spent(desk: Bench, *wanted: tuple[str, ...]) -> list[BudgetSpent]:
    """Return what was spent of these by the last day."""

    def read(session: Session) -> list[BudgetSpent]:
        spending = BudgetSpending(session, TEAM, CLOSED)
        return [spending.of(*each) for each in wanted]

    found: list[BudgetSpent] = rows(desk.database, read)
    return found


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
    assert "10 % of it is spent by 1 Nov (UTC): $10.00" in told
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
    found = spent(desk, ("customer", "acme"), ("key", made.provider_key_id), ("project", PROJECT))
    assert [each.month_to_date for each in found] == [30, 30, 42]


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


async def test_those_who_watch_a_budget_hear_that_it_ended(desk: Bench, setting: BudgetSetting) -> None:
    await setting.set(SetBudget(project_id=PROJECT, scope="project", ref=PROJECT, dollars=10), actor(OWNER))
    budget = rows(desk.database, lambda session: budgets.of(session, TEAM, "project", PROJECT))
    with desk.database.transaction() as session:
        session.get_one(Budget, budget.id).channel = "C0WATCH"
    await setting.end(EndBudget(project_id=PROJECT, budget_id=budget.id), actor(SECOND_OWNER))
    (told,) = owed_to(desk.database, "C0WATCH")
    assert told.text.startswith(f"<@{SECOND_OWNER}> ended the budget of Project production ($10.00 a month). Nothing")
    assert told.otherwise == OWNER


async def test_whom_the_alerts_of_a_budget_leave_hears_where_they_go(desk: Bench, setting: BudgetSetting) -> None:
    given: Any = {"team_id": TEAM, "scope": "project", "ref": PROJECT, "dollars": Decimal(10), "channel": "C0WATCH"}
    add(desk.database, Budget(**given, project_id=PROJECT, set_by=OWNER, set_at=NOW))
    again = SetBudget(project_id=PROJECT, scope="project", ref=PROJECT, dollars=Decimal(10))
    for _ in range(2):
        await setting.set(again, actor(SECOND_OWNER))
    (told,) = owed_to(desk.database, "C0WATCH")
    assert f"Its alerts go to <@{SECOND_OWNER}> now, not here." in told.text
    assert told.otherwise == OWNER


@pytest.mark.parametrize(("by", "told"), [(SECOND_OWNER, 1), (OWNER, 0)])
async def test_whoever_reads_alerts_hears_who_silenced_them(
    desk: Bench, setting: BudgetSetting, by: str, told: int
) -> None:
    await setting.set(SetBudget(project_id=PROJECT, scope="project", ref=PROJECT, dollars=100), actor(OWNER))
    budget = rows(desk.database, lambda session: budgets.of(session, TEAM, "project", PROJECT))
    alert = Alert(team_id=TEAM, subject=f"budget:{budget.id}", level="80", period="2026-11", place=OWNER, raised_at=NOW)
    with desk.database.transaction() as session:
        keep_quiet(session, desk.desk, alert, actor(by), NOW, NOW + timedelta(days=7))
    heard = [notice.text for notice in owed_to(desk.database, OWNER)]
    assert len(heard) == told
    assert all(f"<@{by}>, about Project production" in text and "Quiet until" in text for text in heard)


async def test_a_sudden_day_is_told_once(desk: Bench, watch: BudgetWatch) -> None:
    for back in range(1, 5):
        spend(desk, CLOSED - timedelta(weeks=back), "10")
    spend(desk, CLOSED, "1")
    read_before_its_end(desk, CLOSED)  # so far it is little
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
        budgets.give_back(session, alert.id)
        assert budgets.claim(session, alert.id, NOW, timedelta(seconds=60))
        covered = Alert(**alert.model_dump(exclude={"id", "post", "level"}), level="less", post="covered")
        assert budgets.raise_once(session, covered)
        assert [each.tries for each in budgets.newest_first(session, TEAM)] == [2]  # what was never told is left out
        assert budgets.told(session, alert.id, "posted")
        assert not budgets.claim(session, alert.id, NOW + timedelta(hours=1), timedelta(seconds=60))


async def test_balances_of_projects_that_spend_are_kept_and_low_ones_told(desk: Bench) -> None:
    spend(desk, CLOSED, "7")
    with desk.database.transaction() as session:
        collections.ensure(session, PROJECT, CLOSED, NOW)
    await BudgetWatch(desk.database, desk.engine, desk.desk, Balances(Decimal(3)), TEAM).balances("all", NOW)
    assert rows(desk.database, lambda session: collections.balances(session, NOW)) == {PROJECT: Decimal(3)}
    assert [level for level, _ in alerts(desk)] == ["low"]


async def test_less_than_usual_is_told_once_a_days_figures_stand_still(desk: Bench, watch: BudgetWatch) -> None:
    for back in range(1, 5):
        spend(desk, CLOSED - timedelta(weeks=back), "40")
    spend(desk, CLOSED, "3")  # read after its end, and still growing

    def read(read_at: datetime, same_since: datetime) -> None:
        with desk.database.transaction() as session:
            day = session.get_one(CollectedDay, (CLOSED, PROJECT))
            day.read_at, day.same_since = read_at, same_since

    midnight = end_of(CLOSED)
    for read_at, same_since, told in (
        (midnight + timedelta(minutes=30), midnight - timedelta(hours=9), []),
        (NOW, NOW - timedelta(hours=5), []),
        (NOW, NOW - timedelta(hours=6), [("less", "wanted")]),
    ):
        read(read_at, same_since)
        await watch.watch("all", NOW)
        assert alerts(desk) == told


async def test_a_balance_is_told_at_each_low_and_not_at_each_month(desk: Bench) -> None:
    for days in range(-7, 30):
        spend(desk, CLOSED + timedelta(days=days), "1")
    with desk.database.transaction() as session:
        collections.ensure(session, PROJECT, CLOSED, NOW)
    told = []
    for days, left in ((1, "3"), (2, "2.5"), (20, "2"), (21, "1"), (22, "9"), (23, "3"), (24, "1")):
        reports = Balances(Decimal(left))
        await BudgetWatch(desk.database, desk.engine, desk.desk, reports, TEAM).balances(
            "all", NOW + timedelta(days=days)
        )
        told.append([level for level, _ in alerts(desk)])
    assert [len(each) for each in told] == [1, 1, 1, 2, 2, 3, 4]
    assert told[-1] == ["low", "low", "very low", "very low"]


async def test_a_balance_that_lasts_longer_because_less_is_spent_has_not_recovered(desk: Bench) -> None:
    with desk.database.transaction() as session:
        collections.ensure(session, PROJECT, CLOSED, NOW)
    for days, spent, left in ((1, "7", "6.9"), (2, "1", "6.8"), (3, "7", "6.7")):
        spend(desk, CLOSED + timedelta(days=days), spent)
        watch = BudgetWatch(desk.database, desk.engine, desk.desk, Balances(Decimal(left)), TEAM)
        await watch.balances("all", NOW + timedelta(days=days))
    assert [level for level, _ in alerts(desk)] == ["low"]


async def test_to_end_a_budget_and_set_a_higher_one_is_a_raise(desk: Bench, setting: BudgetSetting) -> None:
    wish = SetBudget(project_id=PROJECT, scope="project", ref=PROJECT, dollars=100)
    await setting.set(wish, actor(OWNER))
    budget = rows(desk.database, lambda session: budgets.of(session, TEAM, "project", PROJECT))
    await setting.end(EndBudget(project_id=PROJECT, budget_id=budget.id), actor(OWNER))
    higher = wish.model_copy(update={"dollars": Decimal(101)})
    with pytest.raises(FormError, match=r"It was \$100.00 until it was ended this month"):
        await setting.set(higher, actor(OWNER))
    desk.clock.move(timedelta(days=30))
    await setting.set(higher, actor(OWNER))
    assert rows(desk.database, lambda session: budgets.get(session, budget.id)).dollars == 101


async def test_days_whose_cost_may_not_be_read_are_told_for_every_kind_of_budget(desk: Bench) -> None:
    add(desk.database, key(1, customer="acme"))
    spend(desk, CLOSED, "30")
    with desk.database.transaction() as session:
        before = CLOSED - timedelta(days=1)
        hidden = CollectedDay(project_id=PROJECT, day=before, read_at=NOW, same_since=NOW, closed=True)
        hidden.spend_told = False
        session.add(hidden)
    found = spent(desk, ("project", PROJECT), ("key", KEY_ID, PROJECT), ("customer", "acme"), ("project", "another"))
    assert [each.untold.hidden for each in found] == [1, 1, 1, 0]


async def test_a_day_counts_as_whole_only_once_it_was_read_after_its_end(
    desk: Bench, watch: BudgetWatch, setting: BudgetSetting
) -> None:
    for back in range(15):
        spend(desk, CLOSED - back * DAY, "2")
    await setting.set(SetBudget(project_id=PROJECT, scope="project", ref=PROJECT, dollars=100), actor(OWNER))
    spend(desk, CLOSED, "72")
    read_before_its_end(desk, CLOSED)
    await watch.watch("all", NOW)
    with desk.database.reading() as session:
        told = session.exec(select(Alert).where(col(Alert.post) == "wanted")).one()
        assert "$100.00 of $100.00" in views.sentence(told)
        assert "so far on" in views.sentence(told)
        shown = str(views.listed(service.rows(session, TEAM, "", CLOSED + 3 * DAY), 1, "", may_set=False))
        before = service.rows(session, TEAM, "", CLOSED)[0].spent
    assert "so far on 15 Nov" in shown
    assert "Not read whole yet: 4 days, 15 Nov to 18 Nov" in shown
    assert (before.reach, before.recent) == ("so far on 15 Nov", Decimal(2))
