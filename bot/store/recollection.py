"""Recollection: whole months are read again twice in each of the two months after, for the provider corrects late.

The first two times come before a month may be closed; what the last two find stands on the month after it.
"""

from __future__ import annotations

from collections.abc import Collection as Some
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select

from bot.store.collections import Collection
from bot.store.projects import Project

DAYS_OF_MONTH = (5, 11)  # on the eleventh the last day of the month before is ten days old, and final
MONTHS = 2
DAY = timedelta(days=1)


def to_recollect(last: datetime, now: datetime) -> date | None:
    """Return the first day of the months to be read again by now, when that was done ``last``; None if none are."""
    due = next_after(last)
    if due > now:
        return None
    first = due.date()
    for _ in range(MONTHS):
        first = (first.replace(day=1) - DAY).replace(day=1)
    return first


def next_after(moment: datetime) -> datetime:
    """Return when months are read again next, after a moment."""
    following = moment.replace(day=1) + 31 * DAY
    return next(due for due in (*_times(moment), *_times(following)) if due > moment)


def before_closing(month_end: date) -> datetime:
    """Return when a month that ends on this day was read again often enough to be closed."""
    return _times(month_end + DAY)[-1]


def outstanding(session: Session, since: datetime, project_ids: Some[str] | None, providers: Some[str]) -> list[str]:
    """Return the ids of those of these projects, at these providers, whose months were not read again since then."""
    found = select(Project.id).outerjoin(Collection, col(Collection.project_id) == col(Project.id))
    late = or_(col(Collection.reread_at).is_(None), col(Collection.reread_at) < since)
    there = col(Project.provider).in_(providers)
    found = found.where(col(Project.gone_at).is_(None), there, late).order_by(col(Project.id))
    return [each for each in session.exec(found) if project_ids is None or each in project_ids]


def _times(of: date) -> list[datetime]:
    return [datetime(of.year, of.month, day, tzinfo=UTC) for day in DAYS_OF_MONTH]
