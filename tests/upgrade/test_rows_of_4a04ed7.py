"""The rows of 4a04ed7, moved to today's schema and back: none is lost, none says what it never said."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import MetaData, RowMapping, select
from sqlmodel import select as select_of

from bot.store import schema
from bot.store.cards import Card
from bot.store.collected import CollectedDay, CollectedMonth
from bot.store.database import Database
from bot.store.group_owners import GroupOwner
from tests.upgrade.restored import OF_4A04ED7, load

DAY = OF_4A04ED7
Rows = dict[str, list[str]]


@pytest.fixture
def old(database_url: str) -> Iterator[Database]:
    """That day's database."""
    database = Database(database_url)
    load(DAY, database)
    yield database
    database.close()


def every_row(database: Database) -> Rows:
    """Return every row of every table, in an order that does not depend on where it lies."""
    known = MetaData()
    known.reflect(database.engine)
    with database.engine.connect() as connection:
        found = {table.name: connection.execute(select(table)).mappings().all() for table in known.sorted_tables}
    return {name: sorted(map(_told, rows)) for name, rows in found.items()}


def _told(row: RowMapping) -> str:
    return json.dumps(dict(row), default=str, sort_keys=True)


def moved(database: Database, to: str) -> None:
    """Bring the schema to a revision, up or down."""
    configured = schema.configuration()
    with schema._without_references(database) as connection, connection.begin():  # noqa: SLF001 as `upgrade` does
        configured.attributes["connection"] = connection
        (command.upgrade if to == "head" else command.downgrade)(configured, to)


def test_the_day_holds_something_in_every_table_and_every_kind_of_job() -> None:
    assert {name for name, found in DAY.rows.items() if not found} == set()
    assert {row["kind"] for row in DAY.rows[DAY.about["table_of_jobs"]]} == set(DAY.about["jobs"])


def test_rows_become_what_they_tell_today_and_come_back_as_they_were(old: Database) -> None:
    before = every_row(old)
    moved(old, "head")
    is_filled_in(old)
    moved(old, DAY.about["schema"])
    assert every_row(old) == before


def is_filled_in(old: Database) -> None:
    """See that what migrations fill in is what that day's rows tell."""
    with old.reading() as session:
        in_the_group = {each.user_id for each in session.exec(select_of(GroupOwner))}
        rung = {each.id for each in session.exec(select_of(Card)) if each.rung_at is not None}
        days = {(each.day.toordinal(), each.project_id): each for each in session.exec(select_of(CollectedDay))}
        months = list(session.exec(select_of(CollectedMonth)))
    [owning] = [row["holder"] for row in DAY.rows["roles"] if (row["holder_kind"], row["role"]) == ("group", "owner")]
    [group] = [row for row in DAY.rows["user_groups"] if row["group_id"] == owning]
    assert in_the_group == set(json.loads(group["members"]))
    assert rung == {row["id"] for row in DAY.rows["cards"] if row["ts"] is not None}
    for row in DAY.rows["collected_days"]:
        day = days[row["day"], row["project_id"]]
        assert (day.price == "untold") == (row["spend_total"] is None)
        assert day.price != "zero" or row["spend_total"] == 0
    for month in months:
        of = month.project_id, month.month
        its_days = [each for each in days.values() if (each.project_id, each.day.replace(day=1)) == of]
        assert month.zero == sum(each.price == "zero" for each in its_days)
        assert month.unpriced == sum(each.spend_total is None and each.spend_told for each in its_days)
