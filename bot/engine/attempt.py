"""One attempt at one job: what an engine does before and after the job's own function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from traceback import extract_tb
from uuid import uuid4

import structlog
from sqlmodel import Session

from bot.clock import Clock
from bot.engine.port import Job, JobFunction, ScheduledRow, ScheduledRows
from bot.engine.retry import delay_after, may_pass

BACKUP_DELAY = timedelta(seconds=3)
UNKNOWN_KIND_DELAY = timedelta(seconds=5)

Write = Callable[[Callable[[Session], None]], None]
"""Runs a function in a transaction of its own."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Attempt:
    """The ``number``-th try (0 is the first) at a job. ``mark`` tells one start from every other."""

    job: Job
    number: int = 0
    mark: str = field(default_factory=lambda: uuid4().hex)

    @classmethod
    def of(cls, row: ScheduledRow) -> Attempt:
        """Return a new start of a scheduled job."""
        return cls(Job(row.kind, row.ref, row.key), row.attempt)

    @property
    def id(self) -> str:
        """Return the name of its own scheduled job and of its record."""
        return f"{self.job.id}@{self.mark}"


def put(session: Session, scheduled: ScheduledRows, attempt: Attempt, due_at: datetime) -> None:
    """Schedule an attempt that begins now or is tried again.

    Its id is the attempt's, not the job's: the next occurrence may already wait under the job's own.
    """
    _put(session, scheduled, attempt.id, attempt, due_at)


def put_later(session: Session, scheduled: ScheduledRows, job: Job, due_at: datetime) -> None:
    """Schedule a job that waits; the same job asked for again only changes its time."""
    _put(session, scheduled, job.id, Attempt(job), due_at)


def _put(session: Session, scheduled: ScheduledRows, job_id: str, attempt: Attempt, due_at: datetime) -> None:
    job, number = attempt.job, attempt.number
    scheduled.put(session, job_id=job_id, kind=job.kind, ref=job.ref, key=job.key, due_at=due_at, attempt=number)


@dataclass
class Attempts:
    """The rows around each attempt."""

    scheduled: ScheduledRows
    clock: Clock
    write: Write
    jobs: Mapping[str, JobFunction] = field(default_factory=dict)

    def begin(self, attempt: Attempt) -> JobFunction | None:
        """Delete the attempt's scheduled job and return its function; None if this process does not know the kind.

        An unknown kind is a newer replica's: its row is put back for that one to find.
        """
        function = self.jobs.get(attempt.job.kind)
        if function is None:
            log.warning("engine.unknown_kind", kind=attempt.job.kind, ref=attempt.job.ref)
            self._put_after(UNKNOWN_KIND_DELAY, attempt)
            return None
        self.write(lambda session: self.scheduled.done(session, attempt.id))
        return function

    def failed(self, attempt: Attempt, error: Exception) -> None:
        """Schedule the next attempt, or give up loudly after the last that is worth it."""
        facts = {"kind": attempt.job.kind, "ref": attempt.job.ref, "attempt": attempt.number, **_facts(error)}
        if may_pass(attempt.number, error):
            self._keep(attempt, facts)
            return
        delay = delay_after(attempt.number, error)
        if delay is None:
            log.error("engine.gave_up", **facts)
            return
        log.warning("engine.failed", **facts, again_in=delay.total_seconds())
        self._put_after(delay, replace(attempt, number=attempt.number + 1))

    def _keep(self, attempt: Attempt, facts: Mapping[str, object]) -> None:
        """Keep a job that can be done as soon as what it met has passed, however late: others see to when that is."""
        log.error("engine.owed", **facts)
        job, now = attempt.job, self.clock.now()
        kept = {"job_id": f"{job.id}@owed", "kind": job.kind, "ref": job.ref, "key": job.key}
        self.write(lambda session: self.scheduled.owe(session, **kept, attempt=attempt.number, now=now))

    def _put_after(self, delay: timedelta, attempt: Attempt) -> None:
        due_at = self.clock.now() + delay
        self.write(lambda session: put(session, self.scheduled, attempt, due_at))


def _facts(error: Exception) -> dict[str, str]:
    """Return what may be logged of an error: no traceback, whose locals could hold a secret."""
    frames = extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return {"error": type(error).__name__, "text": str(error), "place": place}
