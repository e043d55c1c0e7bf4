"""A digest of everything is a digest of what is ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlmodel import Session

from bot.digests.coverage import DayCoverage
from bot.digests.events import events
from bot.digests.figures import figures
from bot.digests.scope import DigestScope
from bot.digests.service import Digest, DigestFigures, DigestPart, Events, Failures, compose
from bot.digests.views import export_rows
from bot.store import fact_rows, projects
from bot.store.accounts import Account
from bot.store.collected import CollectedDay
from bot.store.customers import Customer
from bot.store.fact_rows import DayFacts, UsageOf
from bot.store.fact_rows import Figures as Measures
from bot.store.projects import Project
from tests.digests import books
from tests.factories import ANA, NOON, PROJECT, TEAM, add, key, rows, set_up, small_database

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
    days: DayCoverage = rows(database, lambda session: DayCoverage(session, DAY, DAY))
    assert days.totals(days.read((), [DAY])) == {DAY: Decimal(12)}
    assert days.completeness((), [DAY]).final
    database.close()


def test_a_customers_own_account_is_told_only_to_those_who_chose_it(tmp_path: Path) -> None:
    database = small_database(tmp_path)
    set_up(database)
    account = Account(name="apple", customer="apple", fingerprint="00000000", added_at=NOON)
    add(database, account, Project(id=THEIRS, name="apple", read_at=NOON, account_id=account.id))
    add(database, known(PROJECT, 5), known(THEIRS, 70))

    def total(scope: tuple[str, ...]) -> Decimal:
        days: DayCoverage = rows(database, lambda session: DayCoverage(session, DAY, DAY))
        return days.totals(days.read(scope, [DAY]))[DAY]

    assert [total(scope) for scope in ((), (THEIRS,), (PROJECT, THEIRS))] == [Decimal(5), Decimal(70), Decimal(75)]
    database.close()


def test_what_was_known_of_an_unread_project_before_is_told_and_not_compared_with(tmp_path: Path) -> None:
    database = small_database(tmp_path)
    set_up(database)
    apple = Customer(team_id=TEAM, tag="apple", name="Apple", added_by=ANA, added_at=NOON)
    add(database, Project(id=THEIRS, name="staging", read_at=NOON), apple)
    before = [DAY - number * timedelta(days=1) for number in range(1, 29)]

    def read(project_id: str, days: Sequence[date]) -> None:
        with database.transaction() as session:
            for day in days:
                books.spent(session, day, {("k1", "apple"): Decimal(2), ("k2", ""): Decimal(1)}, project_id=project_id)

    def told(**wanted: list[str]) -> Digest:
        subscription = books.subscription(**wanted)
        return compose((DAY,), rows(database, lambda session: figures(session, subscription, [DAY])), Events())

    read(THEIRS, before[1:])
    assert told().total is told().usual is None
    assert dict(told().course)[before[1]] is None  # of production nothing was read at all
    read(PROJECT, [*before, DAY])
    whole, of_apple = told(), told(customers=["apple"])
    assert (whole.total, whole.usual, whole.scope) == (Decimal(3), Decimal(3), DigestScope())
    assert [dict(whole.course)[day] for day in (DAY, *before[:2])] == [3, 3, 6]
    assert [dict(of_apple.course)[day] for day in (DAY, *before[:2])] == [2, 2, 4]
    assert (of_apple.scope, told(projects=[THEIRS]).scope) == (DigestScope((), ("Apple",)), DigestScope(("staging",)))
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


def test_rows_of_one_name_stay_apart_and_each_way_comes_to_the_providers_total(tmp_path: Path) -> None:
    database = small_database(tmp_path)
    set_up(database)
    named = ("apple", "Own use"), ("pear", "Untagged"), ("plum", "Untagged")
    add(database, *(Customer(team_id=TEAM, tag=tag, name=name, added_by=ANA, added_at=NOON) for tag, name in named))
    add(database, Account(id="ac1", name="east", fingerprint="00000000", added_at=NOON))
    add(
        database,
        Project(id=THEIRS, name=rows(database, lambda s: projects.name_of(s, PROJECT)), read_at=NOON, account_id="ac1"),
    )
    spending = {(tag, tag): Decimal(2) for tag, _ in named} | {("k9", "ours"): Decimal(3), ("k8", ""): Decimal(4)}

    def spend(session: Session) -> None:
        books.spent(session, DAY, spending, total=Decimal("13.50"))
        books.spent(session, DAY, {("k7", ""): Decimal(1)}, project_id=THEIRS)

    with database.transaction() as session:
        spend(session)
    found: DigestFigures = rows(database, lambda session: figures(session, books.subscription(), [DAY]))
    assert dict(found.rows) == {
        "Own use": DigestPart(Decimal(2)),
        "Untagged (pear)": DigestPart(Decimal(2)),
        "Untagged (plum)": DigestPart(Decimal(2)),
        "Unclaimed tag ours": DigestPart(Decimal(3)),
    }
    assert found.ownerless == DigestPart(Decimal(5))
    by_project = dict(found.details["By project"])
    assert sorted(by_project) == ["Not split by the provider", "production (east)", "production (main)"]
    assert list(found.details) == ["By customer", "By project", "By key", "By line item"]
    assert {sum(amount for _, amount in way) for way in found.details.values()} == {Decimal("14.5")}
    told = sum(row[2] for row in export_rows(compose((DAY,), found, Events())) if row[0] == "By key")  # type: ignore[misc] # the third is dollars
    assert told == Decimal("14.5")
    database.close()


def test_what_happened_in_a_customers_own_account_is_told_only_to_those_who_chose_it(tmp_path: Path) -> None:
    database = small_database(tmp_path)
    set_up(database)
    account = Account(name="apple", customer="apple", fingerprint="00000000", added_at=NOON)
    add(database, account, Project(id=THEIRS, name="apple", read_at=NOON, account_id=account.id))
    made = {"mint_id": "m", "created_at": READ.replace(day=20)}
    never_seen = key(3, **made, shown_at=None, ended_at=made["created_at"])
    add(database, key(1, **made), key(2, project_id=THEIRS, **made), never_seen)

    def happened(*scope: str) -> int:
        wanted = books.subscription(projects=list(scope))
        found: Events = rows(database, lambda session: events(session, wanted, [DAY], READ))
        return found.made

    assert (happened(), happened(THEIRS), happened(PROJECT, THEIRS)) == (1, 1, 2)
    database.close()
