"""The migrations and the models say the same, on both databases, and can be walked both ways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from bot.engine.workflows import migrate as migrate_engine
from bot.store import cards, requests, schema, tables
from bot.store.database import Database
from bot.store.requests import Request
from tests.factories import ANA, request


@pytest.fixture
def fresh(database_url: str) -> Iterator[Database]:
    """A database of its own, because these tests change the schema."""
    database = Database(database_url)
    schema.upgrade(database)
    yield database
    database.close()


def names(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def test_an_empty_database_gets_every_table(fresh: Database) -> None:
    assert names(fresh.engine) == {*tables.NAMES, "alembic_version"}
    assert schema.current(fresh) == schema.newest()
    assert schema.is_current(fresh)


def test_a_new_database_is_not_current(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    assert schema.current(database) is None
    assert not schema.is_current(database)
    database.close()


def test_upgrading_twice_changes_nothing(fresh: Database) -> None:
    schema.upgrade(fresh)
    assert schema.is_current(fresh)


def test_the_models_hold_nothing_that_the_migrations_do_not(fresh: Database) -> None:
    with fresh.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name in tables.NAMES},
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def test_alembic_check_leaves_the_engines_tables_out(fresh: Database) -> None:
    migrate_engine(fresh.engine)
    configured = schema.configuration()
    with fresh.engine.begin() as connection:
        configured.attributes["connection"] = connection
        command.check(configured)


def test_the_way_back_leaves_nothing_behind(fresh: Database) -> None:
    configured = schema.configuration()
    with fresh.engine.begin() as connection:
        configured.attributes["connection"] = connection
        command.downgrade(configured, "base")
    assert names(fresh.engine) == {"alembic_version"}
    schema.upgrade(fresh)
    assert schema.is_current(fresh)


def test_what_was_asked_before_an_upgrade_is_there_after_it_with_its_cards(fresh: Database) -> None:
    with fresh.transaction() as session:
        session.add(request(id="rq1"))
        session.flush()
        cards.plan(session, "rq1", "requester", ANA)
    configured = schema.configuration()
    with fresh.engine.connect() as connection:
        if fresh.is_sqlite:  # as `upgrade` does it: a table is made anew under rows that refer to it
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr] # a pool's own connection has one
        with connection.begin():
            configured.attributes["connection"] = connection
            command.downgrade(configured, "0001")
    schema.upgrade(fresh)
    with fresh.transaction() as session:
        held = session.get_one(Request, "rq1")
        assert requests.move(session, held, "approved")
        session.refresh(held)
        assert requests.move(session, held, "running")
        assert [copy.place for copy in cards.of_request(session, "rq1")] == [ANA]
    with pytest.raises(IntegrityError), fresh.transaction() as session:
        cards.plan(session, "nobody", "requester", ANA)
