"""The month from the store: who pays, what keeps it a draft, and what closing it means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.billing import closing, month
from bot.billing.operations import CloseMonth
from bot.billing.printing import printed
from bot.billing.statement import Statement
from bot.errors import AlreadyDecided, NotUnderstood
from bot.spending.months import days_of
from bot.store import collected, collections, fact_rows, statements
from bot.store.accounts import Account
from bot.store.collected import CollectedDay
from bot.store.database import Database
from bot.store.fact_rows import DayFacts, SpendOf
from bot.store.projects import Project
from bot.store.tag_sets import text_of
from tests.factories import OWNER, PROJECT, TEAM, actor, add, customer, entries, key, rows, set_up, small_database

NOW = datetime(2026, 12, 20, 12, tzinfo=UTC)
THEIRS = "a0000000-0000-4000-8000-000000000009"
APPLE_KEY = key(1, customer="apple", purpose="hotline")
DAY = date(2026, 10, 5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """A store with three customers, one of whom has an account of their own."""
    database = small_database(tmp_path)
    set_up(database)
    account = Account(id="ac1", name="pear's", customer="pear", fingerprint="f", added_at=NOW)
    add(database, account, Project(id=THEIRS, name="orchard", read_at=NOW, account_id="ac1"))
    add(database, customer("apple", markup=Decimal(20)), customer("banana"), customer("pear"))
    add(database, key(1, id="ky1", customer="apple", purpose="hotline"))
    yield database
    database.close()


def spent(
    database: Database, day: date, amounts: dict[SpendOf, str], *, project_id: str = PROJECT, more: str = "0"
) -> None:
    """Let the provider tell this of a day; ``more`` is in its total and in no row."""
    spend = {line: Decimal(amount) for line, amount in amounts.items()}
    rows_sum = sum(spend.values(), Decimal())
    with database.transaction() as session:
        fact_rows.replace(session, project_id, {day: DayFacts(spend=spend)})
        collected.put(session, [settled(project_id, day, rows_sum, rows_sum + Decimal(more))])


def settled(project_id: str, day: date, rows_sum: Decimal, total: Decimal) -> CollectedDay:
    row = CollectedDay(
        project_id=project_id, day=day, spend_total=total, spend_rows=rows_sum, read_at=NOW, same_since=NOW
    )
    row.closed = row.settled = True
    return row


def settle(database: Database, wanted: str) -> None:
    """Let every day of a month be read and settled that is not yet."""
    first, last = days_of(wanted)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    for project_id in (PROJECT, THEIRS):
        with database.reading() as session:
            known = collected.of_project(session, project_id, first, last)
        unknown = [day for day in days if day not in known]
        with database.transaction() as session:
            fact_rows.replace(session, project_id, {day: DayFacts(spend={}) for day in unknown})
            collected.put(session, [settled(project_id, day, Decimal(), Decimal()) for day in unknown])
        reread(database, project_id, NOW)


def reread(database: Database, project_id: str, moment: datetime) -> None:
    """Let whole months have been read again then."""
    with database.transaction() as session:
        collections.ensure(session, project_id, DAY, NOW)
        collections.note_reread(session, project_id, moment)


def line(key_id: str = "", tags: tuple[str, ...] = ()) -> SpendOf:
    return SpendOf(key_id, "streaming::nova-3", text_of(tags), "hosted")


def read(database: Database, wanted: str, now: datetime = NOW) -> Statement:
    statement: Statement = rows(database, lambda session: month.read(session, TEAM, wanted, now))
    return statement


def close(database: Database, wanted: str) -> str:
    with database.transaction() as session:
        return closing.close(
            session, closing.as_asked(session, CloseMonth(month=wanted), actor(OWNER), NOW), actor(OWNER), NOW
        )


def costs(statement: Statement) -> dict[str, Decimal]:
    return {part.name: part.cost for part in statement.parts}


def test_each_part_of_the_total_has_its_row(store: Database) -> None:
    amounts = {
        line(APPLE_KEY.provider_key_id, ("banana",)): "10",
        line("unknown", ("banana", "ivr")): "3.5",
        line("unknown", ("apple", "banana")): "2",
        line("unknown", ("internal",)): "1",
        line("unknown"): "0.25",
    }
    spent(store, DAY, amounts, more="0.05")
    spent(store, DAY, {line("unknown"): "99"}, project_id=THEIRS)
    statement = read(store, "2026-10")
    assert costs(statement) == {
        "Apple": Decimal(10),
        "Banana": Decimal("3.5"),
        "Unclaimed tag internal": Decimal(1),
        "Untagged": Decimal("0.25"),
        "Several customers (Apple + Banana)": Decimal(2),
        "Difference to the provider's total": Decimal("0.05"),
    }
    assert statement.cost == statement.total == Decimal("16.8")
    assert [(part.name, part.cost) for part in statement.theirs] == [("Pear, own account", Decimal(99))]
    (hotline,) = statement.parts[0].lines
    assert (hotline.purpose, hotline.owner, hotline.project) == ("hotline", "@ana", "production")
    assert printed(statement).due == Decimal("15.50")


def test_a_month_is_a_draft_until_every_day_of_it_is_settled(store: Database) -> None:
    spent(store, DAY, {line(): "1"})
    missing, once_more = read(store, "2026-10").missing
    assert once_more.startswith("The provider is asked for 1 project once more")
    assert "30 days of projects not read yet, for example production on 01 Oct" in missing
    with pytest.raises(NotUnderstood, match="cannot be closed yet"):
        close(store, "2026-10")
    settle(store, "2026-10")
    assert read(store, "2026-10").missing == ()
    reread(store, PROJECT, datetime(2026, 11, 10, 23, tzinfo=UTC))
    (missing,) = read(store, "2026-10").missing
    assert missing == "The provider is asked for 1 project once more, on 11 Nov 2026 00:00 UTC or after."
    with pytest.raises(NotUnderstood, match="once more"):
        close(store, "2026-10")
    running = read(store, "2026-10", datetime(2026, 10, 20, tzinfo=UTC)).missing
    assert running[0].startswith("The month is not over: its last day ends 01 Nov 2026 00:00 UTC.")


def test_a_closed_month_never_changes_and_corrections_go_to_the_next(store: Database) -> None:
    spent(store, DAY, {line(APPLE_KEY.provider_key_id): "10"})
    settle(store, "2026-10")
    settle(store, "2026-11")
    close(store, "2026-10")
    with pytest.raises(AlreadyDecided):
        close(store, "2026-10")
    spent(store, DAY, {line(APPLE_KEY.provider_key_id): "12.5"})
    closed = read(store, "2026-10")
    assert costs(closed) == {"Apple": Decimal(10)}
    assert closed.closed.startswith("Closed 20 Dec 2026 12:00 UTC by @olu.")
    november = read(store, "2026-11")
    assert [(part.of_month, part.cost, part.markup) for part in november.adjustments] == [
        ("2026-10", Decimal("2.5"), Decimal(20))
    ]
    assert (november.cost, printed(november).due) == (Decimal(0), Decimal("3.00"))
    assert read(store, "2026-12").adjustments == ()
    close(store, "2026-11")
    assert read(store, "2026-12").adjustments == ()
    spent(store, DAY, {line(APPLE_KEY.provider_key_id): "12"})
    assert [part.cost for part in read(store, "2026-12").adjustments] == [Decimal("-0.5")]
    assert entries(store, "2026-10")[0].name == "billing.month_closed"


def test_only_the_last_three_closed_months_are_compared(store: Database) -> None:
    spent(store, DAY, {line(APPLE_KEY.provider_key_id): "10"})
    settle(store, "2026-10")
    close(store, "2026-10")
    with store.transaction() as session:
        kept = statements.get(session, TEAM, "2026-10")
        assert kept is not None
        empty = kept.statement | {"parts": [], "total": "0"}
        for wanted in ("2026-11", "2026-12", "2027-01"):
            row = kept.model_dump() | {"month": wanted, "statement": empty | {"month": wanted}}
            session.add(statements.ClosedMonth(**row))
    spent(store, DAY, {line(APPLE_KEY.provider_key_id): "12.5"})
    assert [part.of_month for part in read(store, "2027-01", NOW).adjustments] == []  # it is closed itself
    later = datetime(2027, 2, 20, tzinfo=UTC)
    assert read(store, "2027-02", later).adjustments == ()
    with store.transaction() as session:
        session.delete(statements.get(session, TEAM, "2027-01"))
    assert [part.of_month for part in read(store, "2027-01", later).adjustments] == ["2026-10"]


def test_a_closed_month_that_was_tampered_with_says_so(store: Database) -> None:
    spent(store, DAY, {line(APPLE_KEY.provider_key_id): "10"})
    settle(store, "2026-10")
    close(store, "2026-10")

    def tamper(session: Session) -> None:
        row = statements.get(session, TEAM, "2026-10")
        assert row is not None
        row.statement = row.statement | {"total": "1"}

    with store.transaction() as session:
        tamper(session)
    assert "no longer fits its checksum" in read(store, "2026-10").closed


def test_costs_that_may_not_be_read_are_not_nothing(store: Database) -> None:
    spent(store, DAY, {line(APPLE_KEY.provider_key_id): "10"})
    settle(store, "2026-10")
    with store.transaction() as session:
        hidden = collected.of_project(session, PROJECT, DAY, DAY)[DAY]
        hidden.spend_total, hidden.spend_told = None, False
        collected.put(session, [hidden])
    statement = read(store, "2026-10")
    assert (statement.total, statement.missing) == (None, ("What production cost may not be read at the provider.",))
    with pytest.raises(NotUnderstood, match="may not be read"):
        close(store, "2026-10")


def test_a_project_that_is_gone_does_not_keep_its_month_open(store: Database) -> None:
    settle(store, "2026-10")
    gone = Project(id=THEIRS[:-1] + "8", name="old", read_at=NOW, gone_at=datetime(2026, 10, 5, 14, tzinfo=UTC))
    add(store, gone)
    spent(store, DAY, {line(): "7"}, project_id=gone.id)
    with store.transaction() as session:
        last = collected.of_project(session, gone.id, DAY, DAY)[DAY]
        last.closed = last.settled = False
    statement = read(store, "2026-10")
    assert (statement.total, statement.missing) == (Decimal(7), ())


def test_nothing_known_is_not_zero(store: Database) -> None:
    statement = read(store, "2026-10")
    assert (statement.parts, statement.total) == ((), None)
