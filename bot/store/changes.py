"""Changes: each change at a provider as two records, the intent before the call and what became of it after."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime, one_of
from bot.store.conditional import change, changed

STATES = ("started", "succeeded", "failed", "unknown")
OPEN = ("started", "unknown")
MOST_AT_ONCE = 500


class Change(SQLModel, table=True):
    """One operation on its way to a provider. ``request_id`` names the held request that it carries out, if any.

    started → succeeded | failed (not done) | unknown → succeeded or failed, once the provider was asked; where that can
    never be told any more, ``text`` says so.
    ``intended_at`` is the machine's time of the intent: no moved clock may make us look before the call can have
    ended. ``look_at`` is when it is asked about next; ``told_open_at`` when its asker was told that nobody knows yet
    what became of it. ``view_id`` is the form it came from, so that a form counts once, unless nothing came of it.
    """

    __tablename__ = "changes"
    __table_args__ = (one_of("state", STATES),)

    id: str = Field(primary_key=True, default_factory=lambda: "ch" + secrets.token_hex(8))
    team_id: str
    actor: str
    kind: str
    operation: dict[str, Any] = Field(sa_type=JSON)
    project_id: str = Field(index=True)
    request_id: str | None = Field(default=None, index=True)
    view_id: str | None = Field(default=None, unique=True)
    state: str = Field(default="started", index=True)
    started_at: datetime = Field(sa_type=UTCDateTime)
    intended_at: datetime = Field(sa_type=UTCDateTime)
    look_at: datetime = Field(sa_type=UTCDateTime)
    told_open_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    text: str | None = None


def get(session: Session, change_id: str) -> Change | None:
    """Return the change, or None."""
    return session.get(Change, change_id)


def free_form(session: Session, view_id: str) -> None:
    """Let a form be sent again of which nothing was done: Slack brings it back under the id that it had."""
    failed = (col(Change.view_id) == view_id, col(Change.state) == "failed")
    change(session, Change, *failed, view_id=None)


def finish(session: Session, change: Change, state: str, now: datetime, text: str) -> bool:
    """Say what became of a change; True for the one caller who did so. An unknown one is not finished."""
    return _of_open(session, change.id, state=state, text=text, finished_at=None if state == "unknown" else now)


def look_later(session: Session, change_id: str, at: datetime) -> None:
    """Note when an open change is asked about next."""
    _of_open(session, change_id, look_at=at)


def tell_open(session: Session, change_id: str, now: datetime) -> bool:
    """Note that the asker is told that nobody knows yet; True for the one caller who does so, once."""
    return _of_open(session, change_id, col(Change.told_open_at).is_(None), told_open_at=now)


def overdue(session: Session, before: datetime) -> list[Change]:
    """Return open changes that should have been asked about before then, the longest overdue first."""
    found = select(Change).where(col(Change.state).in_(OPEN), col(Change.look_at) < before)
    return list(session.exec(found.order_by(col(Change.look_at), col(Change.id)).limit(MOST_AT_ONCE)))


def _of_open(session: Session, change_id: str, *only: ColumnElement[bool], **values: Any) -> bool:
    return changed(session, Change, col(Change.id) == change_id, col(Change.state).in_(OPEN), *only, **values)
