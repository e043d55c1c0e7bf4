"""The record: what was asked, decided, done, refused and failed, in the transaction it belongs to; rows are only added.

What it leaves out stands in docs/runbook.md, "Reading the record".
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, func
from sqlmodel import Field, Session, SQLModel, col, select

from bot import former_names
from bot.store.columns import UTCDateTime, no_dict


class Entry(SQLModel, table=True):
    """One thing that happened. ``name`` is past tense (“keys.created”); ``actor`` is a user id, or "keydesk"."""

    __tablename__ = "record"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime, index=True)
    team_id: str
    actor: str
    name: str
    subject: str = Field(index=True)
    project_id: str | None = None
    detail: dict[str, Any] = Field(default_factory=no_dict, sa_type=JSON)


def of_subject(session: Session, subject: str) -> list[Entry]:
    """Return what happened to one request or key, oldest first."""
    return list(session.exec(select(Entry).where(col(Entry.subject) == subject).order_by(col(Entry.id))))


def named(session: Session, subject: str, name: str) -> list[Entry]:
    """Return what happened to one request or key under one name, oldest first."""
    mine = select(Entry).where(col(Entry.subject) == subject, col(Entry.name).in_(former_names.recorded_as(name)))
    return list(session.exec(mine.order_by(col(Entry.id))))


def by_actor(session: Session, team_id: str, actors: Collection[str], name: str, since: datetime) -> list[Entry]:
    """Return what somebody, by every id of theirs, did since then under one name, oldest first."""
    theirs = select(Entry).where(
        col(Entry.at) > since, col(Entry.actor).in_(actors), col(Entry.name) == name, col(Entry.team_id) == team_id
    )
    return list(session.exec(theirs.order_by(col(Entry.id))))


def latest(session: Session, subject: str, limit: int) -> tuple[list[Entry], int]:
    """Return the last things that happened to one request or key, the newest last, and how many there are in all."""
    mine = col(Entry.subject) == subject
    newest = session.exec(select(Entry).where(mine).order_by(col(Entry.id).desc()).limit(limit))
    total = session.exec(select(func.count()).select_from(Entry).where(mine)).one()
    return list(newest)[::-1], total
