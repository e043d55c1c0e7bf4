"""Coverage: how much of what is asked for was read, and how surely it is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import product
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select as pick
from sqlmodel import Session, col, select

from bot.store import collections
from bot.store.collected import DAY, DAYS, OPEN, Which, together, within
from bot.store.projects import Project

MISSING_SHOWN = 50


@dataclass(frozen=True)
class Coverage:
    """How much of what was asked for is known.

    Of projects that are gone, or whose provider tells no figures, what was read is all there will be.

    ``expected``, ``read``, ``closed`` (read after the day's end; others are "so far") and ``settled`` count days of
    projects; ``missing`` names at most ``MISSING_SHOWN`` of those never read. ``oldest_read_at`` is of the days that
    may still change. ``problems`` are (project, what went wrong last).
    """

    expected: int
    read: int
    closed: int
    settled: int
    missing: tuple[tuple[str, date], ...]
    oldest_read_at: datetime | None
    problems: tuple[tuple[str, str], ...]

    @property
    def missing_count(self) -> int:
        """How many days were never read."""
        return self.expected - self.read

    @property
    def is_final(self) -> bool:
        """Whether nothing of it is expected to change any more."""
        return self.settled == self.expected


class _Changing(NamedTuple):
    """A project's days that may still change: how many, those read before their end, and the oldest reading."""

    project_id: str
    days: int
    so_far: int
    oldest: datetime


def coverage(session: Session, which: Which, providers: Collection[str]) -> Coverage:
    """Return how much of these days and projects is known; of what it is narrowed to, only the projects count.

    ``providers`` are the vendors that tell figures, by id.
    """
    live, read = _live(session, which, providers), _read(session, which)
    changing = [each for each in _changing(session, which) if each.project_id in live]
    expected = len(live) * which.number + sum(days for project_id, days in read.items() if project_id not in live)
    in_all = sum(read.values())
    return Coverage(
        expected=expected,
        read=in_all,
        closed=in_all - sum(each.so_far for each in changing),
        settled=in_all - sum(each.days for each in changing),
        missing=tuple(_missing(session, which, live, read)) if in_all < expected else (),
        oldest_read_at=min((each.oldest for each in changing), default=None),
        problems=tuple(collections.problems(session, live)),
    )


def read_early(session: Session, which: Which) -> frozenset[date]:
    """Return those of these days that a project's last reading has before their end: they are "so far"."""
    return frozenset(session.scalars(pick(DAYS.c.day).where(OPEN, ~DAYS.c.closed, *within(which)).distinct()))


def is_read(session: Session, which: Which, providers: Collection[str]) -> bool:
    """Tell whether every one of these days was read, of the projects at these providers that are not gone."""
    read = _read(session, which)
    return all(read.get(project_id, 0) == which.number for project_id in _live(session, which, providers))


def _live(session: Session, which: Which, providers: Collection[str]) -> set[str]:
    """Return the projects at these providers that are not gone."""
    found = select(Project.id).where(col(Project.gone_at).is_(None), col(Project.provider).in_(providers))
    if which.project_ids is not None:
        found = found.where(col(Project.id).in_(which.project_ids))
    return set(session.exec(found))


def _read(session: Session, which: Which) -> dict[str, int]:
    """Return how many of these days were read, by project."""
    days = together(which).subquery()
    found = session.execute(pick(days.c.project_id, func.sum(days.c.days)).group_by(days.c.project_id))
    return {project_id: int(days) for project_id, days in found}


def _changing(session: Session, which: Which) -> list[_Changing]:
    figures = (func.count(), func.count().filter(~DAYS.c.closed), func.min(DAYS.c.read_at))
    found = pick(DAYS.c.project_id, *figures).where(OPEN, *within(which)).group_by(DAYS.c.project_id)
    return [_Changing(*row) for row in session.execute(found)]


def _missing(session: Session, which: Which, live: set[str], read: Mapping[str, int]) -> list[tuple[str, date]]:
    lacking, number = list[str](), 0
    for project_id in sorted(live):
        if number < MISSING_SHOWN and read.get(project_id, 0) < which.number:
            lacking.append(project_id)
            number += which.number - read.get(project_id, 0)
    of_these = within(replace(which, project_ids=tuple(lacking)))
    known = {tuple(row) for row in session.execute(pick(DAYS.c.project_id, DAYS.c.day).where(*of_these))}
    every = (which.start + count * DAY for count in range(which.number))
    missing = [(project_id, day) for project_id, day in product(lacking, every) if (project_id, day) not in known]
    return missing[:MISSING_SHOWN]
