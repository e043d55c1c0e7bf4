"""Due rows: what is to be done, and when. Business time lives here, so a clock that moves makes it fire."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, delete
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime
from bot.store.upsert import insert_for


class Due(SQLModel, table=True):
    """One job at one time. ``job_id`` names the occurrence; putting it again moves it."""

    __tablename__ = "due"

    job_id: str = Field(primary_key=True)
    kind: str
    ref: str
    key: str = ""
    due_at: datetime = Field(sa_type=UTCDateTime, index=True)
    attempt: int = 0


TABLE = SQLModel.metadata.tables["due"]


def put(session: Session, *, job_id: str, kind: str, ref: str, key: str, due_at: datetime, attempt: int = 0) -> None:
    """Add the row, or replace the time and attempt of the one that is there; two at once do not collide."""
    values = {"job_id": job_id, "kind": kind, "ref": ref, "key": key, "due_at": due_at, "attempt": attempt}
    session.execute(_put(session.get_bind().dialect.name), values)


@cache
def _put(dialect: str) -> Executable:
    """Return the statement, made once: it runs several times in every transaction that changes anything."""
    insert = insert_for(dialect, TABLE)
    again = {"due_at": insert.excluded.due_at, "attempt": insert.excluded.attempt}
    return insert.on_conflict_do_update(index_elements=["job_id"], set_=again)


def take(session: Session, now: datetime, limit: int, kinds: Collection[str]) -> list[Due]:
    """Delete what is due of these kinds and return it; two replicas at once never get the same row."""
    due = (col(Due.due_at) <= now, col(Due.kind).in_(list(kinds)))
    wanted = select(Due).where(*due).order_by(col(Due.due_at)).limit(limit)
    rows = list(session.exec(wanted.with_for_update(skip_locked=True)))
    if rows:
        session.execute(
            delete(Due)
            .where(col(Due.job_id).in_([row.job_id for row in rows]))
            .execution_options(synchronize_session=False)
        )
        for row in rows:
            session.expunge(row)
    return rows


def done(session: Session, job_id: str) -> None:
    """Delete the row: its job has ended."""
    session.execute(delete(Due).where(col(Due.job_id) == job_id).execution_options(synchronize_session=False))
