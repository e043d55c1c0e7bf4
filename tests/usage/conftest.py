"""Reading requests over SQLite, beside an emulated Deepgram; and collecting from a provider of two reports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.access.access import Access
from bot.providers.deepgram.client import Deepgram
from bot.store.database import Database
from bot.usage.model_names import ModelNames
from bot.usage.requests.question import Asked, RecordsQuestion
from bot.usage.requests.service import RequestList, RequestReading, project_of
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests import stores
from tests.clocks import SetClock
from tests.declared import POLICY
from tests.factories import NOON, actor, rows, set_up, small_database
from tests.usage.world import World


@dataclass
class Ground:
    """What there is to read."""

    reading: RequestReading
    database: Database
    emulator: DeepgramEmulator
    project: Project

    async def question(self, asked: Asked) -> RecordsQuestion:
        """Ask in the project that is named."""
        return await self.reading.question(self._access(asked), asked)

    async def page(self, question: RecordsQuestion, number: int) -> RequestList:
        """Read a page."""
        return await self.reading.page(self._access(question), question, number)

    def _access(self, asked: Asked) -> Access:
        who = actor()
        found: Access = rows(
            self.database,
            lambda session: Access.load(session, who, project_of(session, who, asked), frozenset(), POLICY),
        )
        return found


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    """A desk, a store that knows the first seeded project, and the reading of its requests."""
    clock, database = SetClock(NOON), small_database(tmp_path)
    emulator = DeepgramEmulator(clock.now)
    await emulator.start()
    deepgram = Deepgram(SecretStr(emulator.credentials["admin"]), emulator.url)
    project = next(iter(emulator.state.projects.values()))
    set_up(database, project_id=project.project_id, name=project.name)
    reading = RequestReading(database, clock, deepgram, ModelNames(deepgram, clock))
    yield Ground(reading, database, emulator, project)
    await deepgram.aclose()
    await emulator.stop()
    database.close()


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    """One process over SQLite."""
    database = stores.opened(sqlite_url)
    yield World(database)
    database.close()
