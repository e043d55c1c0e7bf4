"""A desk over SQLite, a desk over either database, and a Deepgram that nobody may call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.providers.deepgram.client import Deepgram
from bot.store.database import Database
from tests.factories import Bench, bench, set_up, small_database


@pytest.fixture
async def deepgram() -> AsyncIterator[Deepgram]:
    """A client of a Deepgram that does not answer: the desk never calls it."""
    client = Deepgram(SecretStr("unused"), "http://127.0.0.1:9")
    yield client
    await client.aclose()


@pytest.fixture
def small_store(tmp_path: Path) -> Iterator[Database]:
    """An SQLite store where the database makes no difference."""
    opened = small_database(tmp_path)
    set_up(opened)
    yield opened
    opened.close()


@pytest.fixture
async def desk(small_store: Database, deepgram: Deepgram) -> Bench:
    """A desk over SQLite."""
    return await bench(small_store, deepgram)


@pytest.fixture
async def either_desk(store: Database, deepgram: Deepgram) -> Bench:
    """A desk over either database."""
    set_up(store)
    return await bench(store, deepgram)
