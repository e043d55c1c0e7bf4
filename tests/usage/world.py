"""A database, a provider of two reports and a clock, with as many processes as a test wants."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bot.store import collected, facts, projects, scheduled_jobs
from bot.store.collected import CollectedDay
from bot.store.database import Database
from bot.store.facts import Which
from bot.usage.collecting import UsageCollection
from bot.usage.jobs import UsageJobs
from tests.clocks import SetClock
from tests.inline import InlineEngine
from tests.usage.provider import Provider

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOW.date()
P1, P2, P3 = (f"0000000{number}-0000-4000-8000-000000000000" for number in (1, 2, 3))


class Replica:
    """One process of several over a database: its own engine, the same provider."""

    def __init__(self, database: Database, provider: Provider, clock: SetClock, history_days: int = 12) -> None:
        self.engine = InlineEngine(database.transaction, scheduled_jobs, clock)
        self.collection = UsageCollection(database, provider, history_days)
        self.jobs = UsageJobs(database, self.engine, clock, self.collection)

    async def start(self) -> None:
        await self.engine.start({"usage.plan": self.jobs.plan, "usage.collect": self.jobs.collect})


class World(Replica):
    """A database, a provider, a clock and one process."""

    def __init__(self, database: Database) -> None:
        self.database, self.provider, self.clock = database, Provider(), SetClock(NOW)
        super().__init__(database, self.provider, self.clock)

    async def plan(self, *project_ids: str) -> None:
        """Let these be the projects there are, and collect everything that is due."""
        listed = [(project_id, project_id[:8]) for project_id in project_ids]
        await self.database.write(lambda session: projects.mirror(session, listed, self.clock.now()))
        await self.start()
        await self.jobs.plan("all", self.clock.now())
        await self.pass_by(minutes=2)

    async def pass_by(self, **time: float) -> None:
        """Let time pass and what is due be done; forget the calls of before."""
        self.provider.calls.clear()
        self.clock.move(timedelta(**time))
        await self.engine.drain()

    def day(self, day: date, project_id: str = P1) -> CollectedDay:
        with self.database.reading() as session:
            return collected.of_project(session, project_id, day, day)[day]

    def by_key(self, start: date, end: date) -> dict[str | None, Decimal]:
        with self.database.reading() as session:
            return {row.key_id: row.dollars for row in facts.spend_by(session, Which(start, end), "key")}


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)
