"""The engine of most tests, without threads or tables of its own: jobs run when a test asks for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from sqlmodel import Session

from bot.clock import Clock
from bot.engine.attempt import BACKUP_DELAY, Attempt, Attempts, put, put_later
from bot.engine.commit import after_commit
from bot.engine.port import Job, JobFunction, ScheduledRows, Transactions

BATCH = 100


class InlineEngine:
    """Lists what was enqueued when its transaction commits; ``drain`` runs it, and everything that is due."""

    def __init__(self, transactions: Transactions, scheduled: ScheduledRows, clock: Clock) -> None:
        self._transactions = transactions
        self._scheduled = scheduled
        self._clock = clock
        self._attempts = Attempts(scheduled, clock, self._write)
        self._started: deque[Attempt] = deque()
        self.has_news = False

    def enqueue(self, session: Session, job: Job, now: datetime) -> None:
        """List the job once the session has committed."""
        attempt = Attempt(job)
        put(session, self._scheduled, attempt, now + BACKUP_DELAY)
        after_commit(session, lambda: self._started.append(attempt))
        after_commit(session, self.note)

    def later(self, session: Session, job: Job, due_at: datetime) -> None:
        """Write the scheduled job that ``drain`` finds once the clock has reached it."""
        put_later(session, self._scheduled, job, due_at)
        after_commit(session, self.note)

    async def start(self, jobs: Mapping[str, JobFunction], background: Collection[str] = ()) -> None:
        """Take the job functions; here they run one after the other."""
        del background
        self._attempts.jobs = jobs

    async def stop(self, grace: float = 5.0) -> None:
        """Do nothing: between two calls of ``drain`` nothing runs."""

    def note(self) -> None:
        """Note that ``drain`` has something to look at: a job was committed, or the clock has moved."""
        self.has_news = True

    async def drain(self) -> None:
        """Run what was started, then what is due by the clock, until nothing is left."""
        self.has_news = False
        while attempts := self._next():
            for attempt in attempts:
                await self._run(attempt)

    def _next(self) -> list[Attempt]:
        if self._started:
            return [self._started.popleft()]
        with self._transactions() as session:
            return [
                Attempt.of(row) for row in self._scheduled.take(session, self._clock.now(), BATCH, self._attempts.jobs)
            ]

    async def _run(self, attempt: Attempt) -> None:
        function = self._attempts.begin(attempt)
        if function is None:
            return
        try:
            await function(attempt.job.ref, self._clock.now())
        except Exception as error:  # noqa: BLE001 - whatever a job raises, it is tried again
            self._attempts.failed(attempt, error)

    def _write(self, change: Callable[[Session], None]) -> None:
        with self._transactions() as session:
            change(session)
