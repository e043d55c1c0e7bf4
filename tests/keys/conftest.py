"""The rooms of keys over SQLite, beside an emulated Deepgram that fails on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from bot.keys.intent import Shown
from bot.providers.deepgram.client import Deepgram
from bot.providers.http import CallLimits
from bot.slack.call import Outcome
from bot.store.database import Database
from bot.store.requests import Request
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.clocks import SetClock
from tests.factories import NOON, Bench, bench, set_up
from tests.limits import PatientLimits

SHORT = CallLimits(read=1.0, read_total=3.0, change=0.4, connect=1.0)


async def no_pause(_: float) -> None:
    """Retry at once."""


class Window:
    """The owner's window: it shows what it is given, or does not."""

    def __init__(self, answer: Outcome = "shown") -> None:
        self.answer = answer
        self.seen: list[Shown] = []

    async def __call__(self, shown: Shown) -> Outcome:
        self.seen.append(shown)
        return self.answer

    @property
    def secret(self) -> str:
        """The last secret that was to be shown."""
        return self.seen[-1].secret.get_secret_value()


@dataclass
class Rooms:
    """The rooms of keys, the emulated Deepgram, and one of its projects."""

    bench: Bench
    emulator: DeepgramEmulator
    project: Project

    async def right(self, **changes: Any) -> Request:
        """Return an approved request for a key in the project."""
        return await self.bench.approved(project_id=self.project.project_id, **changes)

    def alive(self) -> set[str]:
        """Return the ids of Keydesk's keys that anybody could use now."""
        state = self.emulator.state
        return {key.key_id for key in self.project.keys.values() if "keydesk:" in key.comment and state.is_usable(key)}

    def fault(self, kind: str, method: str, **options: object) -> None:
        """Let the next call of this method on keys go wrong."""
        self.emulator.faults.add(kind, method, "/keys", **options)  # type: ignore[arg-type] # a fault's kind is checked by its model


@pytest.fixture
def clock() -> SetClock:
    """The business clock, which the emulated Deepgram shares."""
    return SetClock(NOON)


@pytest.fixture
async def emulator(clock: SetClock) -> AsyncIterator[DeepgramEmulator]:
    """An emulated Deepgram with its seeded projects."""
    running = DeepgramEmulator(clock.now)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def deepgram(emulator: DeepgramEmulator) -> AsyncIterator[Deepgram]:
    """Our client, with an admin's credential and little patience."""
    client = Deepgram(
        SecretStr(emulator.credentials["admin"]),
        emulator.url,
        limits=PatientLimits(emulator.faults, SHORT),
        pause=no_pause,
    )
    yield client
    await client.aclose()


@pytest.fixture
async def rooms(small_store: Database, emulator: DeepgramEmulator, deepgram: Deepgram, clock: SetClock) -> Rooms:
    """The rooms of keys."""
    project = next(iter(emulator.state.projects.values()))
    set_up(small_store, project_id=project.project_id, name=project.name)
    return Rooms(await bench(small_store, deepgram, clock), emulator, project)
