"""Mint attempts: the intent to make a key, committed before the provider is called, and what became of it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime, one_of
from bot.store.conditional import change
from bot.store.requests import Request

MOST_AT_ONCE = 500
STATES = ("started", "succeeded", "failed", "unknown", "settled")


class MintAttempt(SQLModel, table=True):
    """One press of “Create and show my key”. ``id`` is the mint id that the key carries in its comment.

    started → succeeded (the provider's key id is recorded) | failed (certainly not made) | unknown → settled.
    ``intended_at`` is the machine's time of the intent: how long ago it was decides what may be ended, and no moved
    clock may change that. ``problem`` of an unknown one stands until a whole list of keys was looked through.
    """

    __tablename__ = "mint_attempts"
    __table_args__ = (one_of("state", STATES),)

    id: str = Field(primary_key=True, default_factory=lambda: secrets.token_hex(10))
    request_id: str = Field(foreign_key="requests.id", index=True)
    attempt: int
    project_id: str
    state: str = "started"
    started_at: datetime = Field(sa_type=UTCDateTime)
    intended_at: datetime = Field(sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    provider_key_id: str | None = None
    problem: str | None = None

    @property
    def is_untold(self) -> bool:
        """Whether no whole list of keys has told yet what this attempt made."""
        return self.state == "unknown" and self.problem is not None


def get(session: Session, mint_id: str) -> MintAttempt | None:
    """Return the attempt, or None."""
    return session.get(MintAttempt, mint_id)


def finish(session: Session, mint_id: str, state: str, now: datetime, **values: Any) -> None:
    """Say what became of an attempt."""
    change(session, MintAttempt, col(MintAttempt.id) == mint_id, state=state, finished_at=now, **values)


def of_request(session: Session, request_id: str) -> list[MintAttempt]:
    """Return the attempts of a request, oldest first."""
    found = select(MintAttempt).where(col(MintAttempt.request_id) == request_id)
    return list(session.exec(found.order_by(col(MintAttempt.attempt))))


def unsettled(session: Session, before: datetime) -> list[MintAttempt]:
    """Return attempts intended before then (machine's time) of which nobody knows what became, the oldest first."""
    undelivered = and_(
        col(MintAttempt.state) == "succeeded",
        exists().where(
            col(Request.id) == col(MintAttempt.request_id),
            col(Request.state) == "creating",
            col(Request.attempt) == col(MintAttempt.attempt),
        ),
    )
    open_ended = or_(col(MintAttempt.state).in_(("started", "unknown")), undelivered)
    found = select(MintAttempt).where(open_ended, col(MintAttempt.intended_at) < before)
    return list(session.exec(found.order_by(col(MintAttempt.intended_at), col(MintAttempt.id)).limit(MOST_AT_ONCE)))
