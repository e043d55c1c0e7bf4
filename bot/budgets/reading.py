"""Which days were read whole: after their end, of every project that figures are about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select as pick
from sqlmodel import Session, col, select

from bot.store.collected import DAYS, Which, within
from bot.store.projects import Project

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Open:
    """The days that were not read whole, in order, and the newest of them of which something was read."""

    days: tuple[date, ...] = ()
    begun: date | None = None

    def last_whole(self, last: date) -> date:
        """Return the last day up to this one that was read whole, or else the one before them all."""
        while last in self.days:
            last -= DAY
        return last


class Reading:
    """What was read of some days, of each project that is not gone: of one that is, nobody will know more."""

    def __init__(self, session: Session, which: Which) -> None:
        self.project_ids = frozenset(session.exec(select(Project.id).where(col(Project.gone_at).is_(None))))
        self._days = [which.start + number * DAY for number in range(which.number)]
        read = session.execute(pick(DAYS.c.project_id, DAYS.c.day, DAYS.c.closed).where(*within(which)))
        self._closed = {(project_id, day): closed for project_id, day, closed in read}

    def of(self, project_ids: Collection[str]) -> Open:
        """Return which days are not whole in any of these projects."""
        known = self.project_ids.intersection(project_ids)
        days = [day for day in self._days if not all(self._closed.get((each, day)) for each in known)]
        begun = [day for day in days if any((each, day) in self._closed for each in known)]
        return Open(tuple(days), begun[-1] if begun else None)
