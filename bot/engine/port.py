"""What the rest of Keydesk knows of the engine: jobs, and the few rows that an engine reads and writes.

A job is a name and the id of a row: nothing else is ever handed to an engine, so nothing secret can be.
It is committed together with the change that wants it, runs at least once, and is tried again while it raises.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

JobFunction = Callable[[str, datetime], Awaitable[None]]
"""``(ref, now)``: does the job for one row. Idempotent, because it may run more than once."""

Transactions = Callable[[], AbstractContextManager[Session]]
"""Opens a session that commits when its block ends and rolls back when its block raises."""


@dataclass(frozen=True)
class Job:
    """What to do: ``kind`` names a job function, ``ref`` the row it is about.

    ``key`` tells one occurrence from the next.
    """

    kind: str
    ref: str
    key: str = ""

    @property
    def id(self) -> str:
        """Return the name under which this job waits; asked for later again, it only changes its time."""
        return f"{self.kind}:{self.ref}:{self.key}"


class ScheduledRow(Protocol):
    """A job that waits for its moment.

    ``due_at`` is aware. ``attempt`` counts the tries so far.
    """

    job_id: str
    kind: str
    ref: str
    key: str
    due_at: datetime
    attempt: int


class ScheduledRows(Protocol):
    """The table of waiting jobs; ``bot.store.scheduled_jobs`` satisfies it."""

    def put(
        self, session: Session, *, job_id: str, kind: str, ref: str, key: str, due_at: datetime, attempt: int = 0
    ) -> None:
        """Insert the row, or replace ``due_at`` and ``attempt`` of the one with this id."""
        ...

    def take(self, session: Session, now: datetime, limit: int, kinds: Collection[str]) -> Sequence[ScheduledRow]:
        """Delete what is due of these kinds, at most ``limit`` rows, and return what this session deleted."""
        ...

    def done(self, session: Session, job_id: str) -> None:
        """Delete the row with this id, if there is one."""
        ...

    def owe(self, session: Session, *, job_id: str, kind: str, ref: str, key: str, attempt: int, now: datetime) -> None:
        """Keep a job that owes somebody a word until somebody releases it."""
        ...


class Heartbeats(Protocol):
    """The table of living processes; ``bot.store.heartbeats`` satisfies it. Its times are the machine's."""

    def beat(self, session: Session, executor_id: str, role: str, now: datetime) -> None:
        """Say that this process lives."""
        ...

    def silent(self, session: Session, before: datetime) -> list[str]:
        """Return the processes whose last beat is older than ``before``."""
        ...

    def forget(self, session: Session, executor_id: str) -> None:
        """Delete the row of a process."""
        ...


class Engine(Protocol):
    """Runs jobs, now or later, and does not forget them when a process dies."""

    def enqueue(self, session: Session, job: Job, now: datetime) -> None:
        """Let the job run as soon as the caller's transaction has committed; never if it rolls back.

        May be called from any thread. A crash after the commit costs a delay, not the job. What waits under the
        same id goes on waiting.
        """
        ...

    def later(self, session: Session, job: Job, due_at: datetime) -> None:
        """Let the job run at ``due_at`` by the business clock, if the caller's transaction commits.

        Where the same job already waits, only its time changes. To call it off, delete the row of its id.
        """
        ...

    async def start(self, jobs: Mapping[str, JobFunction], background: Collection[str] = ()) -> None:
        """Begin to run jobs; ``jobs`` maps each kind to its function. For those in ``background`` nobody waits."""
        ...

    async def stop(self, grace: float = 5.0) -> None:
        """Take in nothing more and give what runs ``grace`` seconds to end."""
        ...

    async def drain(self) -> None:
        """Wait until nothing that was started in this process runs."""
        ...
