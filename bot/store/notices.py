"""Notices: what somebody is owed to hear, kept until it was told."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime
from bot.store.conditional import change
from bot.store.scheduled_jobs import ScheduledJob

JOB = "desk.notice"
MOST_AT_ONCE = 500


class Notice(SQLModel, table=True):
    """One text (mrkdwn) for one place: a person (user id) or a channel, whose stand-in is the person ``otherwise``.

    ``told_at`` says when it was told, or that it never can be; ``problem`` then says why.
    """

    __tablename__ = "notices"

    id: str = Field(primary_key=True, default_factory=lambda: "no" + secrets.token_hex(8))
    team_id: str
    place: str
    otherwise: str | None = None
    text: str
    owed_at: datetime = Field(sa_type=UTCDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UTCDateTime, index=True)
    problem: str | None = None


def add(session: Session, team_id: str, place: str, text: str, now: datetime, *, otherwise: str | None = None) -> str:
    """Owe this text to a person or a channel, and return the notice's id."""
    notice = Notice(team_id=team_id, place=place, otherwise=otherwise, text=text, owed_at=now)
    session.add(notice)
    session.flush()
    return notice.id


def get(session: Session, notice_id: str) -> Notice | None:
    """Return the notice, or None."""
    return session.get(Notice, notice_id)


def told(session: Session, notice_id: str, now: datetime, problem: str | None = None) -> None:
    """Note that it was told, or why it never can be."""
    change(session, Notice, col(Notice.id) == notice_id, col(Notice.told_at).is_(None), told_at=now, problem=problem)


def owed(session: Session, before: datetime) -> list[Notice]:
    """Return what is owed since before then and no job carries any more, the oldest first."""
    carried = (
        select(ScheduledJob.job_id)
        .where(col(ScheduledJob.kind) == JOB, col(ScheduledJob.ref) == col(Notice.id))
        .exists()
    )
    found = select(Notice).where(col(Notice.told_at).is_(None), col(Notice.owed_at) < before, ~carried)
    return list(session.exec(found.order_by(col(Notice.owed_at), col(Notice.id)).limit(MOST_AT_ONCE)))
