"""The migrations and the models say the same, on both databases, and can be walked both ways."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from bot.access import access
from bot.engine.workflows import migrate as migrate_engine
from bot.store import accounts, cards, collected, fact_rows, group_owners, keys, requests, schema, tables
from bot.store.collected import CollectedDay
from bot.store.database import Database
from bot.store.fact_rows import DayFacts, Figures, UsageOf
from bot.store.prices import Untold
from bot.store.projects import Project
from bot.store.requests import Request
from bot.store.roles import FormerMember, GroupRead, RoleHeld
from tests.factories import ANA, EVE, LI, NOON, RAJ, TEAM, key, request


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


def test_a_stored_nothing_beside_usage_becomes_a_day_that_is_said_to_have_cost_nothing(fresh: Database) -> None:
    used, idle = date(2026, 10, 5), date(2026, 10, 6)
    with fresh.transaction() as session:
        usage = {UsageOf("total", ""): Figures(hours=Decimal(96))}
        fact_rows.replace(session, "p1", {used: DayFacts(usage=usage)})
        stands: dict[str, Any] = {"project_id": "p1", "read_at": NOON, "same_since": NOON}
        collected.put(session, [CollectedDay(day=day, spend_total=Decimal(), **stands) for day in (used, idle)])
    configured = schema.configuration()
    with fresh.engine.connect() as connection, connection.begin():
        configured.attributes["connection"] = connection
        command.downgrade(configured, "0002")
    schema.upgrade(fresh)
    with fresh.reading() as session:
        assert [session.get_one(CollectedDay, (day, "p1")).price for day in (used, idle)] == ["zero", "told"]
        (october,) = collected.totals_by(session, collected.Which(date(2026, 10, 1), date(2026, 10, 31)))
    assert (october.untold, october.told) == (Untold(zero=1), None)


def test_whoever_was_owner_by_a_user_group_is_one_after_an_upgrade(fresh: Database) -> None:
    given: dict[str, Any] = {"team_id": TEAM, "holder_kind": "group", "set_by": ANA, "set_at": NOON}
    with fresh.transaction() as session:
        for group_id, role, project_id in (("S1", "owner", ""), ("S2", "reader", ""), ("S3", "owner", "p1")):
            read = {"team_id": TEAM, "group_id": group_id, "handle": group_id, "name": group_id}
            session.add(GroupRead(members=[ANA, LI], read_at=NOON, **read))
            session.add(RoleHeld(holder=group_id, role=role, project_id=project_id, **given))
        session.add(RoleHeld(holder="S4", role="owner", **given))  # it was switched off in Slack: no row of its own
        for group_id, user_id in (("S1", RAJ), ("S2", RAJ), ("S4", EVE)):
            session.add(FormerMember(team_id=TEAM, group_id=group_id, user_id=user_id, left_at=NOON))
    configured = schema.configuration()
    with fresh.engine.connect() as connection, connection.begin():
        configured.attributes["connection"] = connection
        command.downgrade(configured, "0012")
    schema.upgrade(fresh)
    with fresh.reading() as session:
        confirmed = group_owners.confirmed(session, TEAM, ["S1", "S2", "S3", "S4"])
        assert confirmed == {"S1": frozenset({ANA, LI, RAJ}), "S4": frozenset({EVE})}
        here = access.roles_of(session, TEAM, "", frozenset())
        assert here.holders() == {ANA, LI, RAJ, EVE}
        assert here.former_holders() == {RAJ, EVE}


def test_what_there_was_before_several_providers_is_of_the_first_one(fresh: Database) -> None:
    with fresh.transaction() as session:
        session.add(Project(id="p1", name="production", read_at=NOON))
        session.add(key(project_id="p1"))
        accounts.keep_main(session, NOON, fingerprint="0000", projects=1)
    configured = schema.configuration()
    with fresh.engine.connect() as connection, connection.begin():
        configured.attributes["connection"] = connection
        command.downgrade(configured, "0013")
        assert "provider" not in {column["name"] for column in inspect(connection).get_columns("projects")}
    schema.upgrade(fresh)
    with fresh.transaction() as session:
        rows: list[Any] = [*keys.unended(session, "p1", limit=1), *accounts.live(session)]
        assert [row.provider for row in [session.get_one(Project, "p1"), *rows]] == ["deepgram"] * 3
