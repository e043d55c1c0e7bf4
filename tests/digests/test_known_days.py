"""A digest of everything is a digest of what is ours."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from bot.digests.figures import figures
from bot.digests.known_days import KnownDays
from bot.digests.service import Failures
from bot.store import fact_rows
from bot.store.accounts import Account
from bot.store.collected import CollectedDay
from bot.store.fact_rows import DayFacts, UsageOf
from bot.store.fact_rows import Figures as Measures
from bot.store.projects import Project
from tests.digests import books
from tests.factories import NOON, PROJECT, add, rows, set_up, small_database

DAY = date(2026, 11, 20)
READ = datetime(2026, 11, 21, 6, tzinfo=UTC)
THEIRS = "b0000000-0000-4000-8000-000000000002"


def known(project_id: str, dollars: int, failed: int | None = None) -> CollectedDay:
    return CollectedDay(
        project_id=project_id,
        day=DAY,
        spend_total=Decimal(dollars),
        read_at=READ,
        same_since=READ,
        closed=True,
        failed_requests=failed,
    )


def test_a_project_that_went_on_a_day_is_told_as_it_was_read_last(tmp_path: Path) -> None:
    database = small_database(tmp_path)
    set_up(database)
    add(database, Project(id=THEIRS, name="old", read_at=NOON, gone_at=datetime(2026, 11, 20, 14, tzinfo=UTC)))
    ours, last = known(PROJECT, 5), known(THEIRS, 7)
    ours.settled, last.closed = True, False
    add(database, ours, last)
    days: KnownDays = rows(database, lambda session: KnownDays(session, DAY, DAY))
    assert days.totals(days.read((), [DAY])) == {DAY: Decimal(12)}
    assert days.standing((), [DAY]).final
    database.close()


def test_a_customers_own_account_is_told_only_to_those_who_chose_it(tmp_path: Path) -> None:
    database = small_database(tmp_path)
    set_up(database)
    account = Account(name="apple", customer="apple", fingerprint="00000000", added_at=NOON)
    add(database, account, Project(id=THEIRS, name="apple", read_at=NOON, account_id=account.id))
    add(database, known(PROJECT, 5), known(THEIRS, 70))

    def total(scope: tuple[str, ...]) -> Decimal:
        days: KnownDays = rows(database, lambda session: KnownDays(session, DAY, DAY))
        return days.totals(days.read(scope, [DAY]))[DAY]

    assert [total(scope) for scope in ((), (THEIRS,), (PROJECT, THEIRS))] == [Decimal(5), Decimal(70), Decimal(75)]
    database.close()


def test_failed_requests_are_known_only_if_they_are_of_every_project(tmp_path: Path) -> None:
    database = small_database(tmp_path)
    set_up(database)
    add(database, Project(id=THEIRS, name="staging", read_at=NOON), known(PROJECT, 5, 36), known(THEIRS, 70))

    def failures(*scope: str) -> Failures | None:
        found: Failures | None = rows(
            database, lambda session: figures(session, books.subscription(projects=list(scope)), [DAY]).failures
        )
        return found

    with database.transaction() as session:
        fact_rows.replace(session, PROJECT, {DAY: DayFacts({}, {UsageOf("total", ""): Measures(requests=3000)})})
    assert failures(PROJECT) == Failures(36, 3000)
    assert failures() is failures(PROJECT, THEIRS) is failures(THEIRS) is None
    database.close()
