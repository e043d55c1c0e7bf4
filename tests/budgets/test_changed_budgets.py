"""A budget that is changed in the first days of a month: the month before is judged by what was in force in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.budgets import views
from bot.budgets.operations import EndBudget, RaiseBudget
from bot.digests.reading import DigestReading
from bot.providers.deepgram.client import Deepgram
from bot.store import budgets
from bot.store.budgets import Alert, Budget
from bot.store.database import Database
from tests.budgets.test_settled_months import A_HUNDRED, FIRST_OF_DECEMBER, NOVEMBER, Office, days_of
from tests.clocks import SetClock
from tests.desk.conftest import deepgram, small_store  # noqa: F401 fixtures of the desk
from tests.digests.books import Balances, subscription
from tests.factories import ANA, OWNER, PROJECT, TEAM, actor, add, bench, rows

HOUR = timedelta(hours=1)
LAST = date(2026, 11, 30)


@pytest.fixture
async def office(small_store: Database, deepgram: Deepgram) -> Office:  # noqa: F811 fixtures
    """An office in the middle of November 2026."""
    clock = SetClock(datetime(2026, 11, 16, 9, tzinfo=UTC))
    return Office(await bench(small_store, deepgram, clock), clock, deepgram)


def november(office: Office, dollars: str) -> None:
    """Let the provider have told of all of November, some dollars in all."""
    office.spend_each(dict.fromkeys(days_of(NOVEMBER, 30), str(Decimal(dollars) / 30)))


def the_budget(office: Office) -> Budget:
    found: Budget = rows(office.desk.database, lambda session: budgets.of(session, TEAM, "project", PROJECT))
    return found


async def raise_to(office: Office, dollars: int) -> None:
    wish = RaiseBudget(project_id=PROJECT, budget_id=the_budget(office).id, dollars=Decimal(dollars))
    await office.setting.raise_(wish, actor(ANA))


def levels(found: list[Alert]) -> list[tuple[str, Decimal]]:
    return [(each.level, Decimal(each.facts["budget"])) for each in found]


async def test_a_raise_in_december_raises_nothing_about_november(office: Office) -> None:
    await office.setting.set(A_HUNDRED, actor(OWNER))
    november(office, "150")
    await office.at(FIRST_OF_DECEMBER)
    assert levels(office.told()) == [("100", Decimal(100))]
    await raise_to(office, 200)
    await raise_to(office, 400)
    await office.at(FIRST_OF_DECEMBER + HOUR)
    assert levels(office.told()) == [("100", Decimal(100))]


@pytest.mark.parametrize("dollars", [90, 100])
async def test_to_set_a_budget_anew_in_december_leaves_november_followed(office: Office, dollars: int) -> None:
    await office.setting.set(A_HUNDRED, actor(OWNER))
    november(office, "44")
    await office.at(FIRST_OF_DECEMBER)
    await office.setting.set(A_HUNDRED.model_copy(update={"dollars": Decimal(dollars)}), actor(OWNER))
    office.spend(LAST, "100", FIRST_OF_DECEMBER + HOUR)
    await office.at(FIRST_OF_DECEMBER + 2 * HOUR)
    (late,) = office.told()
    assert (late.level, late.period) == ("100", "2026-11:100")
    assert "of $100.00 were spent in November 2026" in views.sentence(late)


async def test_what_is_told_late_after_a_raise_is_held_against_the_budget_of_its_month(office: Office) -> None:
    add(
        office.desk.database,
        Budget(
            team_id=TEAM, scope="project", ref=PROJECT, project_id=PROJECT, dollars=Decimal(100), set_by=OWNER,
            set_at=office.clock.now(),
        ),
    )  # fmt: skip
    november(office, "44")
    await office.at(FIRST_OF_DECEMBER)
    await raise_to(office, 1000)
    office.spend(LAST, "100", FIRST_OF_DECEMBER + HOUR)
    await office.at(FIRST_OF_DECEMBER + 2 * HOUR)
    assert levels(office.told()) == [("100", Decimal(100))]


async def test_a_month_in_which_there_was_no_budget_at_its_end_is_judged_by_none(office: Office) -> None:
    november(office, "150")
    await office.setting.set(A_HUNDRED.model_copy(update={"dollars": Decimal(1000)}), actor(OWNER))
    await office.setting.end(EndBudget(project_id=PROJECT, budget_id=the_budget(office).id), actor(OWNER))
    office.clock.move(FIRST_OF_DECEMBER - office.clock.now())
    await office.setting.set(A_HUNDRED, actor(OWNER))
    await office.at(FIRST_OF_DECEMBER + HOUR)
    assert office.told() == []


async def test_a_digest_of_november_tells_the_budget_that_november_had(office: Office) -> None:
    await office.setting.set(A_HUNDRED, actor(OWNER))
    november(office, "44")
    await office.at(FIRST_OF_DECEMBER)
    await raise_to(office, 200)
    reading, ours = DigestReading(office.desk.database, Balances(Decimal(3))), subscription(projects=[PROJECT])
    for day, dollars in ((LAST, 100), (FIRST_OF_DECEMBER.date(), 200)):
        digest = await reading.digest(ours, (day,), FIRST_OF_DECEMBER + 16 * HOUR)
        assert digest.budget == dollars
