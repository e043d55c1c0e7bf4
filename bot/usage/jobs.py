"""When figures are collected: each hour at half past, so also soon after the provider's day closes (00:00 UTC).

Leases bound how many projects are collected at once, on all machines together: whoever holds one is a durable
job, and reads one project after the other, each with one call at a time. So there are never more
calls at once than leases. One whose process dies ends by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlmodel import Session

from bot.clock import Clock
from bot.engine.port import Engine, Job
from bot.errors import ProviderError, RateLimited
from bot.providers.http import unhurried
from bot.providers.pacing import Permit, paced
from bot.providers.port import Capability
from bot.store import collections, leases
from bot.store.database import Database
from bot.usage.collecting import UsageCollection
from bot.usage.leases import LEASES, HeldLease, LeaseLost, let_rest, resting_until
from bot.vendors import vendors_in

TURN = 25  # projects before a lease's job ends and the next begins, so that a process can leave
AT_MINUTE = 30
FIRST_WAIT = timedelta(minutes=1)  # whoever just started Keydesk looks at other things first
TAKEN_FOR = timedelta(minutes=10)  # a reading that was begun and neither goes on nor ends is begun again after this
EVERY = timedelta(hours=1)
BACK_OFF = (timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=1))
NOT_UNDERSTOOD = "The provider's answer could not be understood. Keydesk tries again later."

log = structlog.get_logger(__name__)


class UsageJobs:
    """The jobs "usage.plan" (ref "all") and "usage.collect" (ref is a lease).

    ``afterwards`` are the jobs of those who wait for figures: they run once nothing more is to be read at once.
    """

    def __init__(
        self,
        database: Database,
        engine: Engine,
        clock: Clock,
        collection: UsageCollection,
        afterwards: Sequence[Job] = (),
    ) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._collection = collection
        self._afterwards = afterwards

    async def plan(self, ref: str, now: datetime) -> None:
        """Plan projects seen for the first time, see that every lease goes on, and come again in an hour."""
        await self._database.write(lambda session: self._engine.later(session, Job("usage.plan", ref), next_round(now)))
        first_day = self._collection.first_day(now)

        def write(session: Session) -> None:
            collections.miss(session, now - EVERY)
            collections.plan(session, first_day, now + FIRST_WAIT, vendors_in(session).offering(Capability.USAGE))
            for lease in LEASES:
                self._go_on(session, lease, now)

        await self._database.write(write)

    @unhurried
    async def collect(self, name: str, now: datetime) -> None:
        """Read what is due, a turn of projects long; another process's lease is looked at again when it ends."""
        if name not in LEASES:  # planned by a version that had more of them
            return
        lease = HeldLease(self._database, self._clock, name, self._collection.rest)
        if not await lease.take():
            await self._database.write(lambda session: self._look_again(session, name, now))
            return
        looked_at = 0
        try:
            while looked_at < TURN and await self._next(lease):
                looked_at += 1
        except LeaseLost:
            log.info("usage.lease_lost", lease=name)
        finally:
            await self._database.write(lambda session: self._leave(session, lease, looked_at))

    async def _next(self, lease: HeldLease) -> bool:
        """Collect the project that is due first; False if none is."""
        now = self._clock.now()
        project_id = await self._database.write(lambda session: collections.take(session, now, now + TAKEN_FOR))
        if project_id is None:
            return False
        try:
            with paced(self._permit(lease, project_id, now)):
                problem = await self._collection.collect(project_id, now)
        except RateLimited as limited:
            await self._slow_down(limited, project_id)
            raise LeaseLost from limited
        except LeaseLost:
            await self._database.write(lambda session: collections.put_off(session, project_id, now))
            raise
        except ProviderError as trouble:
            await self._failed(project_id, trouble.text)
        except Exception as error:  # noqa: BLE001 - whatever one project's figures are, the others' are read
            log.error("usage.not_collected", project_id=project_id, error=type(error).__name__)  # noqa: TRY400 - no values
            await self._failed(project_id, NOT_UNDERSTOOD)
        else:
            await self._database.write(lambda session: _read(session, project_id, problem, now))
            await self._count_failures(lease, project_id)
        return True

    def _permit(self, lease: HeldLease, project_id: str, taken_at: datetime) -> Permit:
        """Hold the project as long as the lease: a reading that goes on is begun by nobody else."""

        async def permit() -> None:
            nonlocal taken_at
            await lease.permit()
            now = self._clock.now()
            if now - taken_at > TAKEN_FOR / 2:
                await self._database.write(lambda session: collections.put_off(session, project_id, now + TAKEN_FOR))
                taken_at = now

        return permit

    async def _count_failures(self, lease: HeldLease, project_id: str) -> None:
        """Count the failed requests of a project that was read; whatever becomes of that, it was read."""
        try:
            with paced(lease.permit):
                await self._collection.count_failures(project_id)
        except RateLimited as limited:
            await self._slow_down(limited)
            raise LeaseLost from limited
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 - whatever its records are, the other projects' figures are read
            log.error("usage.failures_not_counted", project_id=project_id, error=type(error).__name__)  # noqa: TRY400 - no values

    async def _slow_down(self, limited: RateLimited, project_id: str | None = None) -> None:
        """Let every lease rest, and with them the project that could not be read."""
        now = self._clock.now()

        def write(session: Session) -> datetime:
            until = let_rest(session, limited, now)
            if project_id is not None:
                collections.failed(session, project_id, limited.text, until)
            return until

        self._collection.rest.told(await self._database.write(write))

    async def _failed(self, project_id: str, problem: str) -> None:
        now = self._clock.now()
        log.warning("usage.not_collected", project_id=project_id, why=problem)
        await self._database.write(lambda session: _put_off(session, project_id, problem, now))

    def _leave(self, session: Session, lease: HeldLease, looked_at: int) -> None:
        now = self._clock.now()
        lease.leave(session)
        goes_on = self._go_on(session, lease.name, now)
        for job in self._afterwards if looked_at and not goes_on else ():
            self._engine.later(session, job, now)  # leases that end together ask for it once

    def _go_on(self, session: Session, lease: str, now: datetime) -> bool:
        """Let the lease's next turn begin when something is due, and not while the leases rest; tell if that is now."""
        due = collections.next_due(session) or next_round(now)
        begins = max(due, resting_until(session, now) or now, now)
        if begins <= now:
            self._engine.enqueue(session, Job("usage.collect", lease), now)
        else:
            self._engine.later(session, Job("usage.collect", lease), begins)
        return begins <= now

    def _look_again(self, session: Session, lease: str, now: datetime) -> None:
        until = leases.get(session, lease).until
        wait = max(until - datetime.now(UTC), timedelta(seconds=1)) if until else timedelta(seconds=1)
        self._engine.later(session, Job("usage.collect", lease), now + wait)


def next_round(now: datetime) -> datetime:
    """Return the next half past an hour after ``now``."""
    half_past = now.replace(minute=AT_MINUTE, second=0, microsecond=0)
    return half_past if half_past > now else half_past + timedelta(hours=1)


def _read(session: Session, project_id: str, problem: str | None, begun: datetime) -> None:
    """Note that a project was read; the next round is the one after its reading began, however time went by since."""
    collections.succeeded(session, project_id, begun, problem)
    collections.put_off(session, project_id, next_round(begun))


def _put_off(session: Session, project_id: str, problem: str, now: datetime) -> None:
    row = collections.lock(session, project_id)
    wait = BACK_OFF[min(row.failures, len(BACK_OFF) - 1)]
    collections.failed(session, project_id, problem, now + wait)
