"""A desk over SQLite, a desk over either database, and a Deepgram that nobody may call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.operation import OperationKind
from bot.providers.deepgram.client import Deepgram
from bot.store.database import Database
from tests.desk.painting import Paint, Provider
from tests.factories import Bench, bench, set_up


@pytest.fixture
async def deepgram() -> AsyncIterator[Deepgram]:
    """A client of a Deepgram that does not answer: the desk never calls it."""
    client = Deepgram(SecretStr("unused"), "http://127.0.0.1:9")
    yield client
    await client.aclose()


@pytest.fixture
def small_store(small_store: Database) -> Database:
    """An SQLite store with a project and everybody known."""
    set_up(small_store)
    return small_store


@pytest.fixture
async def desk(small_store: Database, deepgram: Deepgram) -> Bench:
    """A desk over SQLite."""
    return await bench(small_store, deepgram)


@pytest.fixture
async def either_desk(store: Database, deepgram: Deepgram) -> Bench:
    """A desk over either database."""
    set_up(store)
    return await bench(store, deepgram)


@pytest.fixture
def provider(either_desk: Bench) -> Provider:
    """A provider whose changes the desk carries out."""
    made = Provider()
    kinds: Any = either_desk.desk._kinds  # noqa: SLF001 the table that the composition root fills
    kinds[Paint.kind] = OperationKind(
        Paint, execute=made.execute, settle=made.settle, done=made.done, settle_after=timedelta(seconds=30)
    )
    return made
