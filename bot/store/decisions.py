"""Decisions: who approved or denied which request, when, having seen which version of its card."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime, one_of


class Decision(SQLModel, table=True):
    """One person's word on one request."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("request_id", "user_id"), one_of("verdict", ("approved", "denied")))

    id: int | None = Field(default=None, primary_key=True)
    request_id: str = Field(foreign_key="requests.id", index=True)
    team_id: str
    user_id: str
    verdict: str
    reason: str = ""
    card_version: int
    decided_at: datetime = Field(sa_type=UTCDateTime)


def of_request(session: Session, request_id: str) -> list[Decision]:
    """Return the decisions on a request, oldest first."""
    return list(session.exec(select(Decision).where(col(Decision.request_id) == request_id).order_by(col(Decision.id))))
