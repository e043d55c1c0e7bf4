"""What an engine's test needs around it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Self

from sqlmodel import SQLModel, select

from bot.clock import Clock
from bot.engine.carrier import DbosEngine
from bot.engine.port import Engine, Job, JobFunction
from bot.store import heartbeats, scheduled_jobs
from bot.store.database import Database
from tests.clocks import PATIENCE, SetClock
from tests.inline import InlineEngine


def create_tables(database: Database) -> None:
    """Create the two tables that an engine uses."""
    tables = [SQLModel.metadata.tables[name] for name in ("scheduled_jobs", "heartbeats")]
    SQLModel.metadata.create_all(database.engine, tables=tables)


def inline(database: Database, clock: Clock) -> InlineEngine:
    """Return the engine that tests of the rest of Keydesk use."""
    return InlineEngine(database.transaction, scheduled_jobs, clock)


def durable(
    database: Database,
    clock: Clock,
    *,
    silence: timedelta = timedelta(seconds=10),
    capacity: int = 32,
) -> DbosEngine:
    """Return the engine that production uses."""
    return DbosEngine(
        database.engine,
        database.transaction,
        scheduled_jobs,
        heartbeats,
        clock,
        role="test",
        silence=silence,
        capacity=capacity,
    )


class World:
    """An engine, its database and clock, and a record of which job ran for which row how often."""

    def __init__(self, database: Database, clock: SetClock, engine: Engine) -> None:
        self.database = database
        self.clock = clock
        self.engine = engine
        self.ran: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.engine.stop()

    async def start(self, more: Mapping[str, JobFunction] | None = None, background: Collection[str] = ()) -> None:
        """Start the engine with the job ``note``, which counts its runs, and more."""
        await self.engine.start({"note": self.note, **(more or {})}, background)

    async def note(self, ref: str, now: datetime) -> None:
        """Count a run."""
        assert now == self.clock.now()
        self.ran[ref] += 1

    async def enqueue(self, kind: str, ref: str, key: str = "") -> None:
        """Enqueue a job as listeners do: in the store's threads."""
        job, now = Job(kind, ref, key), self.clock.now()
        await self.database.write(lambda session: self.engine.enqueue(session, job, now))

    async def later(self, kind: str, ref: str, after: timedelta) -> None:
        """Let a job run this much later."""
        due_at = self.clock.now() + after
        await self.database.write(lambda session: self.engine.later(session, Job(kind, ref), due_at))

    async def until(self, reached: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Let the engine run until something is so."""
        async with asyncio.timeout(seconds):
            while True:
                await self.engine.drain()
                if reached():
                    return
                await asyncio.sleep(0.01)

    def waiting(self) -> dict[str, tuple[datetime, int]]:
        """Return when each waiting job is due, and its attempt: by the job's id."""
        with self.database.transaction() as session:
            rows = session.exec(select(scheduled_jobs.ScheduledJob)).all()
            return {Job(row.kind, row.ref, row.key).id: (row.due_at, row.attempt) for row in rows}
