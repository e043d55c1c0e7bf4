"""Bulk revokes: the wish to end many keys at once, kept until it was carried out and its asker told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, col

from bot.store.columns import UTCDateTime
from bot.store.conditional import changed
from bot.store.upsert import insert_into


class BulkRevoke(SQLModel, table=True):
    """One submitted form, whose view gives the ``id``; ``key_ids`` are our own.

    ``text`` (mrkdwn) says what became of it, once it is finished.
    """

    __tablename__ = "bulk_revokes"

    id: str = Field(primary_key=True)
    team_id: str
    asked_by: str
    key_ids: list[str] = Field(sa_type=JSON)
    asked_at: datetime = Field(sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    text: str | None = None


def get(session: Session, bulk_revoke_id: str) -> BulkRevoke | None:
    """Return the bulk revoke, or None."""
    return session.get(BulkRevoke, bulk_revoke_id)


def ask(session: Session, bulk_revoke: BulkRevoke) -> None:
    """Keep a wish; the same form counts once."""
    row = insert_into(session, BulkRevoke).values(**bulk_revoke.model_dump())
    session.execute(row.on_conflict_do_nothing())


def finish(session: Session, bulk_revoke_id: str, now: datetime, text: str) -> bool:
    """Say what became of a bulk revoke; True for the one caller who did so."""
    return changed(
        session,
        BulkRevoke,
        col(BulkRevoke.id) == bulk_revoke_id,
        col(BulkRevoke.finished_at).is_(None),
        finished_at=now,
        text=text,
    )
