"""Statements: months that were closed. A row never changes; what is corrected later stands in a later month."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import Exact, UTCDateTime


class ClosedMonth(SQLModel, table=True):
    """A closed month (``YYYY-MM``): its statement as JSON, the provider's total, and the SHA-256 of that JSON."""

    __tablename__ = "closed_months"

    team_id: str = Field(primary_key=True)
    month: str = Field(primary_key=True)
    statement: dict[str, Any] = Field(sa_type=JSON)
    total: Decimal = Field(sa_type=Exact)
    sha256: str
    closed_by: str
    closed_at: datetime = Field(sa_type=UTCDateTime)


def get(session: Session, team_id: str, month: str) -> ClosedMonth | None:
    """Return a month that was closed, or None."""
    return session.get(ClosedMonth, (team_id, month))


def before(session: Session, team_id: str, month: str) -> list[ClosedMonth]:
    """Return the months before this one that were closed, oldest first."""
    mine = (col(ClosedMonth.team_id) == team_id, col(ClosedMonth.month) < month)
    return list(session.exec(select(ClosedMonth).where(*mine).order_by(col(ClosedMonth.month))))
