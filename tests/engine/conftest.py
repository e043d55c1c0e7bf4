"""Databases and engines. The PostgreSQL fixtures may move to ``tests/conftest.py`` as they are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL

from bot.clock import SetClock
from bot.store.database import Database
from tests.engine import postgres
from tests.engine.world import World, create_tables, durable, inline


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """One PostgreSQL server for the whole run."""
    with postgres.server() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """An empty PostgreSQL database for one test."""
    with postgres.database(postgres_server) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An SQLite file for one test."""
    return f"sqlite:///{tmp_path}/keydesk.db"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Either database in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with the engine's two tables."""
    opened = Database(database_url)
    create_tables(opened)
    yield opened
    opened.close()


@pytest.fixture(params=["inline", "durable"])
async def world(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[World]:
    """An engine that has not been started, in its world; stopped afterwards."""
    clock = SetClock(datetime(2026, 11, 20, 9, tzinfo=UTC))
    engine = inline(database, clock) if request.param == "inline" else durable(database, clock)
    async with World(database, clock, engine) as made:
        yield made
