"""Made-up daily facts, digests and a Slack that fails as it is told to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlmodel import Session

from bot.desk.service import Desk
from bot.digests.jobs import DigestJobs
from bot.digests.posting import DigestPosting
from bot.digests.reading import DigestReading
from bot.digests.schedule import Rhythm, first_day, next_due
from bot.errors import Unavailable
from bot.providers.billing import Balance
from bot.providers.deepgram.billing import BillingReports
from bot.providers.listed import Listed
from bot.store import fact_rows, scheduled_jobs, tag_sets
from bot.store.collected import CollectedDay, end_of
from bot.store.database import Database
from bot.store.digests import Subscription
from bot.store.fact_rows import DayFacts, SpendOf
from bot.store.people import Person
from bot.store.projects import Project
from tests.clocks import SetClock
from tests.declared import POLICY
from tests.factories import ANA, NAMES, PROJECT, TEAM, small_database
from tests.fake_slack import FakeSlack
from tests.inline import InlineEngine

DAY = timedelta(days=1)
THURSDAY = date(2026, 11, 19)
FRIDAY_NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
CHANNEL = "C0SPEND0001"

Spent = Mapping[tuple[str, str], Decimal]
"""Dollars by (key id, tag)."""


def spent(
    session: Session,
    day: date,
    dollars: Spent,
    *more_days: date,
    project_id: str = PROJECT,
    total: Decimal | None = None,
    settled: bool = True,
) -> None:
    """Write what one day of a project came to, and others alike, in place of what stood there."""
    lines = {
        SpendOf(key, "nova", tag_sets.text_of([tag] if tag else []), ""): one for (key, tag), one in dollars.items()
    }
    days, rows = (day, *more_days), sum(dollars.values(), Decimal())
    fact_rows.replace(session, project_id, {each: DayFacts(lines) for each in days})
    for each in days:
        session.merge(
            CollectedDay(
                project_id=project_id,
                day=each,
                spend_total=rows if total is None else total,
                spend_rows=rows,
                read_at=end_of(each),
                same_since=end_of(each),
                closed=True,
                settled=settled,
            )
        )


def subscription(**changes: Any) -> Subscription:
    """Return Ana's digest, in a channel, every day at nine UTC, since Thursday noon."""
    begun = datetime.combine(THURSDAY, time(12), tzinfo=UTC)
    rhythm = Rhythm(frozenset(range(7)), changes.get("hour", 9), changes.get("tz", "UTC"))
    given: dict[str, Any] = {
        "team_id": TEAM,
        "owner": ANA,
        "channel": CHANNEL,
        "sections": ["month", "chart", "rows", "events"],
        "from_day": first_day(rhythm, begun),
        "due_at": next_due(rhythm, begun),
        "created_at": begun,
    }
    return Subscription(**{**given, **changes})


class Balances(BillingReports):
    """Deepgram, as far as one balance goes; None means that it does not answer."""

    def __init__(self, amount: Decimal | None) -> None:
        self.amount = amount

    async def balances(self, project_id: str) -> Listed[Balance]:
        if self.amount is None:
            raise Unavailable("Deepgram does not answer.")
        return Listed([Balance(balance_id=project_id, amount=self.amount, units="usd")])


@dataclass
class Office:
    """Everything that posts digests, over one store, with a clock that tests move."""

    database: Database
    clock: SetClock
    engine: InlineEngine
    web: FakeSlack
    posting: DigestPosting
    jobs: DigestJobs
    desk: Desk
    balances: Balances = field(default_factory=lambda: Balances(Decimal(100)))

    async def sweep(self) -> None:
        """Look for what is due, and post it."""
        await self.jobs.sweep("all", self.clock.now())
        await self.engine.drain()

    async def follow(self) -> None:
        """Look for what can be completed, and complete it."""
        await self.jobs.follow("all", self.clock.now())
        await self.engine.drain()

    def write(self, work: Any) -> None:
        """Change rows."""
        with self.database.transaction() as session:
            work(session)


async def office(folder: Path, now: datetime = FRIDAY_NINE) -> Office:
    """Open an office over a fresh store with one project."""
    database, clock = small_database(folder), SetClock(now)
    engine = InlineEngine(database.transaction, scheduled_jobs, clock)
    web, balances = FakeSlack(), Balances(Decimal(100))
    web.people = tuple(NAMES)
    desk = Desk(database, engine, clock, frozenset(), {}, POLICY)
    posting = DigestPosting(database, engine, web, DigestReading(database, balances), desk.owe)
    made = Office(database, clock, engine, web, posting, DigestJobs(database, engine), desk, balances)
    await engine.start({"digests.post": posting.post, "digests.complete": posting.complete})
    with database.transaction() as session:
        session.merge(Project(id=PROJECT, name="production", read_at=now))
        session.merge(Person(team_id=TEAM, user_id=ANA, name="ana", read_at=now))
    return made
