"""The durable engine: scheduled jobs say what is to be done and when, DBOS carries what has begun.

Every start goes the same way. A transaction moves the scheduled job a few seconds ahead; once it has committed,
DBOS records that the attempt has begun, the row is deleted, the job runs. What a crash leaves behind:

- before DBOS's record: the scheduled job, which any process's next sweep finds;
- after it: the record, which another process takes over once this one's heartbeat has been silent for a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from bot.clock import Clock
from bot.engine.attempt import BACKUP_DELAY, Attempt, Attempts, put, put_later
from bot.engine.commit import after_commit
from bot.engine.port import Heartbeats, Job, JobFunction, ScheduledRows, Transactions
from bot.engine.workflows import Workflows

SWEEP_SECONDS = 1.0
BUSY_SECONDS = 0.1  # between sweeps while more is due than fits
LAST_WORD_SECONDS = 5.0  # for what was interrupted: it has one row to write
HISTORY = timedelta(hours=24)
HOUR_SECONDS = 3600.0
BEATS_PER_SILENCE = 4
BACKGROUND_SHARE = 8  # background jobs fill one place in so many

log = structlog.get_logger(__name__)


class EngineStopped(Exception):
    """The process is leaving; what it had begun is taken over by another."""


class DbosEngine:
    """Runs jobs in this process's event loop, at most ``capacity`` at once; any number of processes share the work.

    ``silence`` is how long another process's heartbeat may be missing before its work is taken over: longer than
    the event loop ever stands still. Jobs run in the loop in which ``start`` was awaited.
    """

    def __init__(
        self,
        sqlalchemy_engine: Engine,
        transactions: Transactions,
        scheduled: ScheduledRows,
        heartbeats: Heartbeats,
        clock: Clock,
        *,
        role: str,
        executor_id: str | None = None,
        silence: timedelta = timedelta(seconds=10),
        capacity: int = 32,
    ) -> None:
        self.executor_id = executor_id or uuid4().hex
        self._transactions = transactions
        self._scheduled = scheduled
        self._heartbeats = heartbeats
        self._clock = clock
        self._role = role
        self._silence = silence
        self._capacity = capacity
        self._background: frozenset[str] = frozenset()
        self._attempts = Attempts(scheduled, clock, self._write)
        self._workflows = Workflows(sqlalchemy_engine, self.executor_id, self._run)
        self._started: dict[Future[None], str] = {}
        self._running: set[Future[Exception | None]] = set()
        self._listing = threading.Lock()
        self._interrupting = False
        self._open = threading.Event()
        self._leaving = threading.Event()
        self._pause = SWEEP_SECONDS
        self._next_beat = self._next_collection = 0.0
        self._rounds: asyncio.Task[None] | None = None

    def enqueue(self, session: Session, job: Job, now: datetime) -> None:
        """Schedule the job, and start it when the session has committed."""
        self._start_on_commit(session, Attempt(job), now)

    def later(self, session: Session, job: Job, due_at: datetime) -> None:
        """Schedule the job; the sweep of any process starts it."""
        put_later(session, self._scheduled, job, due_at)

    async def start(self, jobs: Mapping[str, JobFunction], background: Collection[str] = ()) -> None:
        """Launch DBOS and begin to sweep. Raises DBOSInitializationError if its tables are too old.

        Nobody waits for the kinds in ``background``: after an outage, when everything is due at once, they come after
        all others, and they never fill more than an eighth of the places.
        """
        self._background = frozenset(background)
        self._loop = asyncio.get_running_loop()
        self._attempts.jobs = jobs
        # Threads of our own: the loop's default ones belong to the application.
        self._threads = ThreadPoolExecutor(self._capacity, thread_name_prefix="engine-job")
        self._sweeper = ThreadPoolExecutor(1, thread_name_prefix="engine-sweep")
        await self._in_sweeper(self._launch)
        self._open.set()
        self._rounds = asyncio.create_task(self._every_second(), name="engine-sweep")

    async def stop(self, grace: float = 5.0) -> None:
        """Start nothing more, wait ``grace`` seconds for what runs, interrupt the rest for others to try again.

        What was interrupted gets a few seconds more, however short the grace: it has to schedule itself again.
        """
        self._open.clear()
        if self._rounds is None:
            return
        self._rounds.cancel()
        await asyncio.wait([self._rounds])
        self._rounds = None
        await self._drained_within(grace)
        self._interrupt()
        await self._drained_within(LAST_WORD_SECONDS)
        self._leaving.set()
        await self._in_sweeper(self._leave)
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._sweeper.shutdown(wait=False)

    async def drain(self) -> None:
        """Wait until nothing that was started in this process runs."""
        while futures := [*_awaitable(self._started.copy()), *_awaitable(self._running.copy())]:
            await asyncio.wait(futures)

    def _interrupt(self) -> None:
        """Interrupt what runs, and whatever would begin to run from now on."""
        with self._listing:
            self._interrupting = True
            running = self._running.copy()
        for job in running:
            job.cancel()

    async def _drained_within(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.drain(), seconds)

    # -- starting ----------------------------------------------------------------------------------------------

    def _start_on_commit(self, session: Session, attempt: Attempt, now: datetime) -> None:
        put(session, self._scheduled, attempt, now + BACKUP_DELAY)
        after_commit(session, lambda: self._start(attempt))

    def _start(self, attempt: Attempt) -> None:
        """Start the attempt in a thread, if there is one free; else its scheduled job waits for a sweep."""
        kind = attempt.job.kind
        if not self._open.is_set() or self._free(kind in self._background) <= 0:
            return
        with contextlib.suppress(RuntimeError):  # shut down since: its row stands
            with self._listing:
                started = self._threads.submit(self._carry, attempt)
                self._started[started] = kind
            started.add_done_callback(lambda ended: self._started.pop(ended, None))

    def _free(self, in_background: bool) -> int:
        started = list(self._started.copy().values())
        free = self._capacity - len(started)
        if not in_background:
            return free
        places = max(1, self._capacity // BACKGROUND_SHARE)
        return min(free, places - sum(kind in self._background for kind in started))

    def _carry(self, attempt: Attempt) -> None:
        with self._listing:
            pass  # nothing runs that is not listed yet: who drains would overlook it
        try:
            self._workflows.run(attempt)
        except Exception as error:  # noqa: BLE001 - DBOS may raise anything; its row or its record stand
            log.error("engine.not_carried", id=attempt.id, error=type(error).__name__)  # noqa: TRY400 - no values

    def _run(self, attempt: Attempt) -> str:
        """Run the job from a thread, in the application's loop; the word is all that DBOS stores."""
        function = self._attempts.begin(attempt)
        if function is None:
            return "unknown"
        error = self._result_of(function, attempt.job.ref)
        if error is None:
            return "done"
        self._attempts.failed(attempt, error)
        return "failed"

    def _result_of(self, function: JobFunction, ref: str) -> Exception | None:
        """Run the job in the application's loop and wait for it; return what it raised."""
        with self._listing:
            if self._interrupting:
                return EngineStopped("interrupted before it began")
            running = asyncio.run_coroutine_threadsafe(_outcome(function, ref, self._clock.now()), self._loop)
            self._running.add(running)
        running.add_done_callback(self._running.discard)
        try:
            return running.result()
        except CancelledError:
            return EngineStopped("interrupted in the middle")

    def _write(self, change: Callable[[Session], None]) -> None:
        """Run a change in a transaction, and wait for a database that does not answer."""
        while True:
            try:
                with self._transactions() as session:
                    change(session)
            except OperationalError as error:
                log.warning("engine.database_away", error=type(error).__name__)
                if self._leaving.wait(1.0):
                    raise EngineStopped("the database did not answer") from None
            else:
                return

    # -- once a second -----------------------------------------------------------------------------------------

    async def _every_second(self) -> None:
        while True:
            try:
                await self._clock.refresh()
                await self._in_sweeper(self._round)
            except Exception as error:  # noqa: BLE001 - the next round tries again; health tells of it
                log.error("engine.round_failed", error=type(error).__name__)  # noqa: TRY400 - no values
            await asyncio.sleep(self._pause)

    def _launch(self) -> None:
        self._beat()  # before anything is begun under this name, so that it can never be overlooked
        self._workflows.launch()

    def _round(self) -> None:
        now = time.monotonic()
        if now >= self._next_beat:
            self._next_beat = now + self._silence.total_seconds() / BEATS_PER_SILENCE
            self._take_over(self._beat())
        self._sweep()
        if now >= self._next_collection:
            self._next_collection = now + HOUR_SECONDS
            self._collect()

    def _beat(self) -> list[str]:
        """Give a sign of life, and return the processes that have given none for too long."""
        now = datetime.now(UTC)
        with self._transactions() as session:
            self._heartbeats.beat(session, self.executor_id, self._role, now)
            return self._heartbeats.silent(session, now - self._silence)

    def _take_over(self, silent: list[str]) -> None:
        for executor_id in silent:
            log.warning("engine.taking_over", executor_id=executor_id)
            self._forget_once_taken(executor_id)

    def _forget_once_taken(self, executor_id: str) -> None:
        """Take over first and forget after: the other way round, a crash in between would strand the work."""
        if self._workflows.take_over(executor_id):
            with self._transactions() as session:
                self._heartbeats.forget(session, executor_id)

    def _sweep(self) -> None:
        """Start what is due, as much as fits: first what somebody waits for."""
        awaited = self._attempts.jobs.keys() - self._background
        quiet = self._attempts.jobs.keys() & self._background
        full = [self._sweep_of(awaited, self._free(False)), self._sweep_of(quiet, self._free(True))]
        self._pause = BUSY_SECONDS if any(full) else SWEEP_SECONDS

    def _sweep_of(self, kinds: Collection[str], free: int) -> bool:
        """Start what is due of these kinds, and return whether there may be more than fits."""
        if free <= 0:
            return True
        if not kinds:
            return False
        now = self._clock.now()
        with self._transactions() as session:
            taken = self._scheduled.take(session, now, free, kinds)
            for row in taken:
                self._start_on_commit(session, Attempt.of(row), now)
        return len(taken) == free

    def _collect(self) -> None:
        """Delete old history, and take over work begun under names that have no heartbeat at all."""
        while self._workflows.forget(HISTORY):
            pass
        with self._transactions() as session:
            everyone = self._heartbeats.silent(session, datetime.now(UTC) + HISTORY)
        for executor_id in self._workflows.executors() - set(everyone):
            self._workflows.take_over(executor_id)

    def _leave(self) -> None:
        if self.executor_id not in self._workflows.executors():
            with self._transactions() as session:
                self._heartbeats.forget(session, self.executor_id)
        self._workflows.destroy()

    async def _in_sweeper(self, work: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._sweeper, work)


def _awaitable(futures: Iterable[Future[Any]]) -> list[asyncio.Future[Any]]:
    return [asyncio.wrap_future(future) for future in futures]


async def _outcome(function: JobFunction, ref: str, now: datetime) -> Exception | None:
    try:
        await function(ref, now)
    except Exception as error:  # noqa: BLE001 - whatever a job raises, it is tried again
        return error
    return None
