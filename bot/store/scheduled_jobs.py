"""Scheduled jobs: what is to be done, and when. Business time lives here, so a clock that moves makes it fire."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, func
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime
from bot.store.conditional import change, delete
from bot.store.database import with_the_commit, write_what_waits
from bot.store.upsert import insert_for


class ScheduledJob(SQLModel, table=True):
    """One job at one time. ``job_id`` names the occurrence; putting it again moves it.

    ``owed_since`` (business time) marks a job that was tried often enough, and still owes somebody a word: it waits at
    ``NEVER`` until it is released.
    """

    __tablename__ = "scheduled_jobs"

    job_id: str = Field(primary_key=True)
    kind: str
    ref: str
    key: str = ""
    due_at: datetime = Field(sa_type=UTCDateTime, index=True)
    attempt: int = 0
    owed_since: datetime | None = Field(default=None, sa_type=UTCDateTime, index=True)


NEVER = datetime(9999, 1, 1, tzinfo=UTC)
TABLE = SQLModel.metadata.tables["scheduled_jobs"]


def put(session: Session, *, job_id: str, kind: str, ref: str, key: str, due_at: datetime, attempt: int = 0) -> None:
    """Add the row, or replace the time and attempt of the one that is there; two at once do not collide.

    It is written with the commit, together with all others that the session puts.
    """
    values = {"job_id": job_id, "kind": kind, "ref": ref, "key": key, "due_at": due_at, "attempt": attempt}
    with_the_commit(session, values, _write)


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    session.execute(_put(session.get_bind().dialect.name), rows)


@cache
def _put(dialect: str) -> Executable:
    """Return the statement, made once: it runs several times in every transaction that changes anything."""
    insert = insert_for(dialect, TABLE)
    again = {"due_at": insert.excluded.due_at, "attempt": insert.excluded.attempt}
    return insert.on_conflict_do_update(index_elements=["job_id"], set_=again)


def take(session: Session, now: datetime, limit: int, kinds: Collection[str]) -> list[ScheduledJob]:
    """Delete what is due of these kinds and return it; two replicas at once never get the same row."""
    write_what_waits(session)
    due = (col(ScheduledJob.due_at) <= now, col(ScheduledJob.kind).in_(list(kinds)))
    wanted = select(ScheduledJob).where(*due).order_by(col(ScheduledJob.due_at)).limit(limit)
    rows = list(session.exec(wanted.with_for_update(skip_locked=True)))
    if rows:
        delete(session, ScheduledJob, col(ScheduledJob.job_id).in_([row.job_id for row in rows]))
        for row in rows:
            session.expunge(row)
    return rows


def done(session: Session, job_id: str) -> None:
    """Delete the row: its job has ended."""
    write_what_waits(session)
    delete(session, ScheduledJob, col(ScheduledJob.job_id) == job_id)


def owe(session: Session, *, job_id: str, kind: str, ref: str, key: str, attempt: int, now: datetime) -> None:
    """Keep a job that owes somebody a word until it is released; the same job is kept once."""
    put(session, job_id=job_id, kind=kind, ref=ref, key=key, due_at=NEVER, attempt=attempt)
    write_what_waits(session)
    change(session, ScheduledJob, col(ScheduledJob.job_id) == job_id, owed_since=now)


def release_owed(session: Session, now: datetime, *, quiet_since: datetime) -> int:
    """Let owed jobs run now, and return how many: one to see whether they can, all if none was kept since then."""
    parked = (col(ScheduledJob.owed_since).is_not(None), col(ScheduledJob.due_at) == NEVER)
    newest = session.exec(select(func.max(ScheduledJob.owed_since)).where(*parked)).one()
    if newest is None:
        return 0
    oldest = select(ScheduledJob.job_id).where(*parked).order_by(col(ScheduledJob.owed_since), col(ScheduledJob.job_id))
    ids = list(session.exec(oldest.limit(1) if newest >= quiet_since else oldest))
    change(session, ScheduledJob, col(ScheduledJob.job_id).in_(ids), due_at=now)
    return len(ids)


def owed(session: Session) -> tuple[int, datetime | None]:
    """Return how many jobs owe somebody a word, and since when the oldest does."""
    number, oldest = session.exec(
        select(func.count(), func.min(ScheduledJob.owed_since)).where(
            col(ScheduledJob.owed_since).is_not(None), col(ScheduledJob.due_at) == NEVER
        )
    ).one()
    return number, oldest
