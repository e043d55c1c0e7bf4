"""Changes: each change at a provider as two records, the intent before the call and what became of it after."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, update
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime, one_of

STATES = ("started", "succeeded", "failed", "unknown")
OPEN = ("started", "unknown")
MOST_AT_ONCE = 500


class Change(SQLModel, table=True):
    """One operation on its way to a provider. ``request_id`` names the held request that it carries out, if any.

    started → succeeded | failed (not done) | unknown → succeeded or failed, once the provider was asked; where that can
    never be told any more, ``text`` says so.
    ``intended_at`` is the machine's time of the intent: no moved clock may make us look before the call can have
    ended. ``view_id`` is the form it came from, so that a form counts once, unless nothing came of it.
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
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    text: str | None = None


def get(session: Session, change_id: str) -> Change | None:
    """Return the change, or None."""
    return session.get(Change, change_id)


def free_form(session: Session, view_id: str) -> None:
    """Let a form be sent again of which nothing was done: Slack brings it back under the id that it had."""
    failed = (col(Change.view_id) == view_id, col(Change.state) == "failed")
    session.execute(update(Change).where(*failed).values(view_id=None).execution_options(synchronize_session=False))


def of_request(session: Session, request_id: str) -> list[Change]:
    """Return the attempts to carry out a request, oldest first."""
    found = select(Change).where(col(Change.request_id) == request_id)
    return list(session.exec(found.order_by(col(Change.started_at), col(Change.id))))


def finish(session: Session, change: Change, state: str, now: datetime, text: str) -> bool:
    """Say what became of a change; True for the one caller who did so. An unknown one is not finished."""
    done = session.execute(
        update(Change)
        .where(col(Change.id) == change.id, col(Change.state).in_(OPEN))
        .values(state=state, text=text, finished_at=None if state == "unknown" else now)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined] # an UPDATE's result is a CursorResult


def unsettled(session: Session, before: datetime) -> list[Change]:
    """Return changes intended before then (by the machine's time) of which nobody knows what became."""
    found = select(Change).where(col(Change.state).in_(OPEN), col(Change.intended_at) < before)
    return list(session.exec(found.limit(MOST_AT_ONCE)))
