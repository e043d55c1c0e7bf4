"""Leases: as many as may work at once on all machines together, each held by one process for a while.

They run by the machine's own time, as heartbeats do; ``resting_until`` is business time, as scheduled jobs are.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime
from bot.store.conditional import change, changed
from bot.store.upsert import insert_into


class Lease(SQLModel, table=True):
    """One lease; ``until`` ends it where its holder does not renew it."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    holder: str | None = None
    until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    resting_until: datetime | None = Field(default=None, sa_type=UTCDateTime)


def hold(session: Session, name: str, holder: str, machine_now: datetime, until: datetime) -> bool:
    """Take a free lease, or renew one's own; True for the one holder there is then."""
    _ensure(session, name)
    free = or_(col(Lease.holder).is_(None), col(Lease.holder) == holder, col(Lease.until) <= machine_now)
    return changed(session, Lease, col(Lease.name) == name, free, holder=holder, until=until)


def free(session: Session, name: str, holder: str) -> None:
    """Let go of a lease, if it is still held."""
    change(session, Lease, col(Lease.name) == name, col(Lease.holder) == holder, holder=None, until=None)


def get(session: Session, name: str) -> Lease:
    """Return a lease; one that nobody ever held is free."""
    return session.get(Lease, name) or Lease(name=name)


def rest(session: Session, names: Collection[str], until: datetime) -> None:
    """Let these leases stand still until then; what rests longer already goes on resting."""
    for name in names:
        _ensure(session, name)
    shorter = or_(col(Lease.resting_until).is_(None), col(Lease.resting_until) < until)
    change(session, Lease, col(Lease.name).in_(names), shorter, resting_until=until)


def resting_until(session: Session, names: Collection[str]) -> datetime | None:
    """Return the latest end of any of these leases' rests, or None."""
    found = session.exec(select(Lease.resting_until).where(col(Lease.name).in_(names))).all()
    return max((moment for moment in found if moment is not None), default=None)


def _ensure(session: Session, name: str) -> None:
    session.execute(insert_into(session, Lease).values(name=name).on_conflict_do_nothing())
