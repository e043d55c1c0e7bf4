"""Deliveries already acted upon, kept for a day, so that a replay has no second effect."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Executable
from sqlmodel import Field, Session, SQLModel, col

from bot.store.columns import UTCDateTime
from bot.store.conditional import delete
from bot.store.upsert import insert_for


class Delivery(SQLModel, table=True):
    """One delivery, by its event id or trigger id."""

    __tablename__ = "deliveries"

    key: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime, index=True)


TABLE = SQLModel.metadata.tables["deliveries"]


def first(session: Session, key: str, now: datetime) -> bool:
    """Note this delivery; True for the first one only."""
    return session.execute(_note(session.get_bind().dialect.name), {"key": key, "at": now}).first() is not None


def first_lately(session: Session, key: str, now: datetime, patience: timedelta) -> bool:
    """Note this; True for the first one, and again once the last one noted is older than ``patience``."""
    row = insert_for(session.get_bind().dialect.name, TABLE).values(key=key, at=now)
    again = row.on_conflict_do_update(index_elements=["key"], set_={"at": now}, where=TABLE.c.at < now - patience)
    return session.execute(again.returning(TABLE.c.key)).first() is not None


def unnote(session: Session, key: str) -> None:
    """Take back what ``first_lately`` noted: it is over, and may begin again."""
    delete(session, Delivery, col(Delivery.key) == key)


@cache
def _note(dialect: str) -> Executable:
    """Return the statement, made once: it runs for everything that Slack delivers."""
    insert = insert_for(dialect, TABLE)
    return insert.on_conflict_do_nothing().returning(TABLE.c.key)


def forget(session: Session, before: datetime) -> None:
    """Delete what is older."""
    delete(session, Delivery, col(Delivery.at) < before)
