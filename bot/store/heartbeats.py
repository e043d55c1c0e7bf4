"""Heartbeats: which processes are alive, by the machine's own time."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime
from bot.store.conditional import delete


class Heartbeat(SQLModel, table=True):
    """The last sign of life of one process that carries jobs."""

    __tablename__ = "heartbeats"

    executor_id: str = Field(primary_key=True)
    role: str
    beat_at: datetime = Field(sa_type=UTCDateTime)


def beat(session: Session, executor_id: str, role: str, now: datetime) -> None:
    """Give a sign of life."""
    session.merge(Heartbeat(executor_id=executor_id, role=role, beat_at=now))


def silent(session: Session, before: datetime) -> list[str]:
    """Return the processes whose last sign of life is older than ``before``."""
    found = select(Heartbeat.executor_id).where(col(Heartbeat.beat_at) < before)
    return list(session.exec(found))


def forget(session: Session, executor_id: str) -> None:
    """Delete a process; only after what it left behind was taken over."""
    delete(session, Heartbeat, col(Heartbeat.executor_id) == executor_id)


def last(session: Session) -> datetime | None:
    """Return the newest sign of life of any process, or None."""
    found = select(Heartbeat.beat_at).order_by(col(Heartbeat.beat_at).desc()).limit(1)
    return session.exec(found).first()
