"""What time does: it makes digests due, and figures final. Posting itself is in ``posting``."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot.digests.coverage import Completeness, DayCoverage
from bot.digests.schedule import days_to_tell, latest_due, next_due
from bot.digests.subscribing import rhythm_of
from bot.engine.port import Engine, Job
from bot.store import digest_runs, digests
from bot.store.database import Database
from bot.store.digest_runs import DigestRun
from bot.store.digests import Subscription

EVERY = timedelta(minutes=1)
FOLLOW_EVERY = timedelta(minutes=10)
AT_ONCE = 100
LOST_AFTER = timedelta(minutes=5)
COMPLETED_WITHIN = timedelta(days=40)

log = structlog.get_logger()


def is_ready(run: DigestRun, completeness: Completeness) -> bool:
    """Tell whether more can be told now: all is final, or what was missing was read."""
    return completeness.final or (not run.complete and not completeness.unread)


def ready_to_complete(session: Session, now: datetime) -> list[str]:
    """Return the posted digests of which more can be told now than they say."""
    waiting = digest_runs.to_complete(session, now - COMPLETED_WITHIN)
    if not waiting:
        return []
    days = [day for each in waiting for day in each.days]
    known = DayCoverage(session, min(days), max(days))
    return [
        each.run.id for each in waiting if is_ready(each.run, known.completeness(each.subscription.projects, each.days))
    ]


class DigestJobs:
    """The rounds of digests; each is a function of a round's name and the business time."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine

    async def sweep(self, ref: str, now: datetime) -> None:
        """Plan every digest that is due, each minute; post again what lost its job."""
        await self._again("digests.sweep", ref, now + EVERY)

        def plan(session: Session) -> None:
            ready = digests.due(session, now, AT_ONCE)
            for subscription in ready:
                self._plan(session, subscription, now)
            for run_id in digest_runs.abandoned(session, now - LOST_AFTER, AT_ONCE, job="digests.post"):
                self._engine.enqueue(session, Job("digests.post", run_id), now)
            if len(ready) == AT_ONCE:
                self._engine.later(session, Job("digests.sweep", ref), now)

        await self._database.write(plan)

    async def follow(self, ref: str, now: datetime) -> None:
        """Look, every few minutes, whether a posted digest can be brought up to date; each waits for that once."""
        await self._again("digests.follow", ref, now + FOLLOW_EVERY)
        ready = await self._database.read(lambda session: ready_to_complete(session, now))

        def plan(session: Session) -> None:
            for run_id in ready:
                self._engine.later(session, Job("digests.complete", run_id), now)

        if ready:
            await self._database.write(plan)

    async def _again(self, kind: str, ref: str, at: datetime) -> None:
        """Plan the next round before this one, which may fail."""
        await self._database.write(lambda session: self._engine.later(session, Job(kind, ref), at))

    def _plan(self, session: Session, subscription: Subscription, now: datetime) -> None:
        rhythm = rhythm_of(subscription)
        days = days_to_tell(subscription.from_day, digest_runs.days_taken(session, subscription.id), now)
        if not digests.take_turn(session, subscription, next_due(rhythm, now)) or not days:
            return
        try:
            with session.begin_nested():
                run_id = digest_runs.plan(session, subscription.id, latest_due(rhythm, now), days, now)
        except IntegrityError:  # a day that was told already: the others wait for the next local date
            log.warning("digests.told_already", subscription=subscription.id)
            return
        if run_id is not None:
            self._engine.enqueue(session, Job("digests.post", run_id), now)
