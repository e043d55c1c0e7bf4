"""Lanes: as many as may work at once on all machines together, each held by one process for a while.

Leases run by the machine's own time, as heartbeats do; ``resting_until`` is business time, as due rows are.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime
from bot.store.conditional import change, changed
from bot.store.upsert import insert_into


class Lane(SQLModel, table=True):
    """One lane; ``until`` ends the lease of a holder that does not renew it."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    holder: str | None = None
    until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    resting_until: datetime | None = Field(default=None, sa_type=UTCDateTime)


def hold(session: Session, name: str, holder: str, machine_now: datetime, until: datetime) -> bool:
    """Take a free lane, or renew one's own; True for the one holder there is then."""
    _ensure(session, name)
    free = or_(col(Lane.holder).is_(None), col(Lane.holder) == holder, col(Lane.until) <= machine_now)
    return changed(session, Lane, col(Lane.name) == name, free, holder=holder, until=until)


def free(session: Session, name: str, holder: str) -> None:
    """Let go of a lane, if it is still held."""
    change(session, Lane, col(Lane.name) == name, col(Lane.holder) == holder, holder=None, until=None)


def get(session: Session, name: str) -> Lane:
    """Return a lane; one that nobody ever held is free."""
    return session.get(Lane, name) or Lane(name=name)


def rest(session: Session, names: Collection[str], until: datetime) -> None:
    """Let these lanes stand still until then; what rests longer already goes on resting."""
    for name in names:
        _ensure(session, name)
    shorter = or_(col(Lane.resting_until).is_(None), col(Lane.resting_until) < until)
    change(session, Lane, col(Lane.name).in_(names), shorter, resting_until=until)


def resting_until(session: Session, names: Collection[str]) -> datetime | None:
    """Return the latest end of any of these lanes' rests, or None."""
    found = session.exec(select(Lane.resting_until).where(col(Lane.name).in_(names))).all()
    return max((moment for moment in found if moment is not None), default=None)


def _ensure(session: Session, name: str) -> None:
    session.execute(insert_into(session, Lane).values(name=name).on_conflict_do_nothing())
