"""Which days were read whole: after their end, of every project that figures are about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select as pick
from sqlmodel import Session, col, select

from bot.slack.words import count
from bot.store.collected import DAYS, Which, within
from bot.store.projects import Project
from bot.vendors import COLLECTED_DOLLARS, vendors_in

DAY = timedelta(days=1)
RECENT_DAYS = 7
LOOKED_BACK = timedelta(days=35)  # for the last whole days: further back nothing tells of the days to come


@dataclass(frozen=True)
class Open:
    """The days that were not read whole, in order, and the newest of them of which something was read.

    ``recent`` are the last days that were read whole, seven at most, the newest first; ``days`` reach back to them.
    """

    days: tuple[date, ...] = ()
    begun: date | None = None
    recent: tuple[date, ...] = ()

    @property
    def named(self) -> str:
        """Name the days: “4 days, 28 Nov to 1 Dec”."""
        named = [f"{day.day} {day:%b}" for day in self.days]
        return named[0] if len(named) == 1 else f"{count(len(named), 'day')}, {named[0]} to {named[-1]}"

    def last_whole(self, last: date) -> date:
        """Return the last day up to this one that was read whole, or else the one before them all."""
        while last in self.days:
            last -= DAY
        return last


class MonthToDate:
    """What was read of a month up to its day ``last``, and of the weeks before that.

    It is about each project that is not gone: of one that is, nobody will know more. ``project_ids`` are those of them
    whose providers tell dollars. Days before the first reading of a project lack nothing, but for those of the month.
    """

    def __init__(self, session: Session, last: date) -> None:
        self._month = last.replace(day=1)
        which = Which(min(self._month, last - LOOKED_BACK), last)
        able = vendors_in(session).offering(*COLLECTED_DOLLARS)
        live = session.exec(select(Project.id, Project.provider).where(col(Project.gone_at).is_(None))).all()
        self._live = frozenset(project_id for project_id, _ in live)
        self.project_ids = frozenset(project_id for project_id, provider in live if provider in able)
        self._days = [which.start + number * DAY for number in range(which.number)]
        read = session.execute(pick(DAYS.c.project_id, DAYS.c.day, DAYS.c.closed).where(*within(which)))
        self._closed = {(project_id, day): closed for project_id, day, closed in read}
        self._first: dict[str, date] = {}
        for project_id, day in sorted(self._closed, reverse=True):
            self._first[project_id] = day

    def of(self, project_ids: Collection[str]) -> Open:
        """Return which days are not whole in any of these projects."""
        known = self._live.intersection(project_ids)
        open_ = [day for day in self._days if any(self._lacks(each, day) for each in known)]
        recent = sorted({*self._days} - {*open_}, reverse=True)[:RECENT_DAYS]
        days = [day for day in open_ if day >= self._month or (recent and day > recent[-1])]
        begun = [day for day in days if any((each, day) in self._closed for each in known)]
        return Open(tuple(days), begun[-1] if begun else None, tuple(recent))

    def _lacks(self, project_id: str, day: date) -> bool:
        """Tell whether a day was not read whole in a project."""
        begins = min(self._month, self._first.get(project_id, date.max))
        return day >= begins and not self._closed.get((project_id, day))
