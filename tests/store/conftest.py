"""One migrated PostgreSQL for all of this folder, emptied after each test: making a new one takes far longer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import URL, text

from bot.store import schema, tables
from bot.store.database import Database
from tests import postgres


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: URL) -> Iterator[Database]:
    """A PostgreSQL with Keydesk's schema, for the whole run."""
    with postgres.database(postgres_server) as url:
        database = Database(url.render_as_string(hide_password=False))
        schema.upgrade(database)
        yield database
        database.close()


@pytest.fixture
def emptied_postgres(shared_postgres: Database) -> Iterator[Database]:
    """The shared PostgreSQL, without the rows of earlier tests."""
    yield shared_postgres
    with shared_postgres.transaction() as session:
        session.connection().execute(text(f"TRUNCATE {', '.join(sorted(tables.NAMES))} RESTART IDENTITY"))


@pytest.fixture
def migrated_sqlite(sqlite_url: str) -> Iterator[Database]:
    """An SQLite file with Keydesk's schema."""
    database = Database(sqlite_url)
    schema.upgrade(database)
    yield database
    database.close()


@pytest.fixture(params=["migrated_sqlite", "emptied_postgres"], ids=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Database:
    """A database of either kind with Keydesk's schema and no rows."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Database)
    return found
