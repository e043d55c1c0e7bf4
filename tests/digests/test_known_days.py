"""A digest of everything is a digest of what is ours."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from bot.digests.known_days import KnownDays
from bot.store.accounts import Account
from bot.store.collected import CollectedDay
from bot.store.projects import Project
from tests.factories import NOON, PROJECT, add, rows, set_up, small_database

DAY = date(2026, 11, 20)
READ = datetime(2026, 11, 21, 6, tzinfo=UTC)
THEIRS = "b0000000-0000-4000-8000-000000000002"


def known(project_id: str, dollars: int) -> CollectedDay:
    return CollectedDay(
        project_id=project_id, day=DAY, spend_total=Decimal(dollars), read_at=READ, same_since=READ, closed=True
    )


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
