"""Seen: deliveries already acted upon, kept for a day, so that a replay has no second effect."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Field, Session, SQLModel, col

from bot.store.columns import UTCDateTime


class Seen(SQLModel, table=True):
    """One delivery, by its event id or trigger id."""

    __tablename__ = "seen"

    key: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime, index=True)


def first(session: Session, key: str, now: datetime) -> bool:
    """Note this delivery; True for the first one only."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite_insert(Seen) if sqlite else postgresql_insert(Seen)
    added = session.execute(insert.values(key=key, at=now).on_conflict_do_nothing().returning(col(Seen.key)))
    return added.first() is not None


def forget(session: Session, before: datetime) -> None:
    """Delete what is older."""
    session.execute(delete(Seen).where(col(Seen.at) < before).execution_options(synchronize_session=False))
