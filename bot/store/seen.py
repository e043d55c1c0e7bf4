"""Seen: deliveries already acted upon, kept for a day, so that a replay has no second effect."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Executable, delete
from sqlmodel import Field, Session, SQLModel, col

from bot.store.columns import UTCDateTime
from bot.store.upsert import insert_for


class Seen(SQLModel, table=True):
    """One delivery, by its event id or trigger id."""

    __tablename__ = "seen"

    key: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime, index=True)


TABLE = SQLModel.metadata.tables["seen"]


def first(session: Session, key: str, now: datetime) -> bool:
    """Note this delivery; True for the first one only."""
    return session.execute(_note(session.get_bind().dialect.name), {"key": key, "at": now}).first() is not None


@cache
def _note(dialect: str) -> Executable:
    """Return the statement, made once: it runs for everything that Slack delivers."""
    insert = insert_for(dialect, TABLE)
    return insert.on_conflict_do_nothing().returning(TABLE.c.key)


def forget(session: Session, before: datetime) -> None:
    """Delete what is older."""
    session.execute(delete(Seen).where(col(Seen.at) < before).execution_options(synchronize_session=False))
