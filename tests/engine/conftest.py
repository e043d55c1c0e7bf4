"""Databases with the engine's own tables only, and engines over them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from bot.store.database import Database
from tests.clocks import SetClock
from tests.engine.world import World, create_tables, durable, inline


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
