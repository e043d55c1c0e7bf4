"""Collected days: what is known of each provider day of each project, and how surely."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Index, func, text
from sqlalchemy import select as pick
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store import collections
from bot.store.columns import Day, Exact, UTCDateTime
from bot.store.projects import Project
from bot.store.upsert import insert_into

MISSING_SHOWN = 50


class _Open(NamedTuple):
    """A day that may still change: its project, whether it was read after its end, and when it was read."""

    project_id: str
    closed: bool
    read_at: datetime


@dataclass(frozen=True)
class Which:
    """Which figures: provider days (UTC), both included, and what they are narrowed to; None is everything.

    ``tags`` are whole tag sets as texts (``tag_sets.text_of``), never single tags: a request with two tags is in one
    set only.
    """

    start: date
    end: date
    project_ids: tuple[str, ...] | None = None
    key_ids: tuple[str, ...] | None = None
    line_items: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    deployments: tuple[str, ...] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is narrowed to nothing but days and projects: only then does the provider tell a total."""
        return self.key_ids is self.line_items is self.tags is self.deployments is None


_OPEN = text("NOT settled")  # few of many: an index of these alone leads to them at once


class CollectedDay(SQLModel, table=True):
    """One provider day of one project. A day without a row was never read.

    ``spend_total`` is the provider's own ungrouped total, None if it may not be read; ``spend_rows`` what the facts
    come to. ``same_since`` is the first of the readings that agree with the last one. A ``closed`` day was read after
    its end, others are "so far"; a ``settled`` one is not asked for again. Where a reading after the day's end changed
    the total, ``spend_before`` is the one before. ``failed_requests`` is None while it is not known, and where it
    cannot be ``failed_problem`` says why.
    """

    __tablename__ = "collected_days"
    __table_args__ = (
        Index("ix_collected_days_open", "day", "project_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        {"sqlite_with_rowid": False},
    )

    day: date = Field(primary_key=True, sa_type=Day, sa_column_kwargs={"autoincrement": False})
    project_id: str = Field(primary_key=True, index=True)
    spend_total: Decimal | None = Field(default=None, sa_type=Exact)
    spend_rows: Decimal = Field(default=Decimal(), sa_type=Exact)
    read_at: datetime = Field(sa_type=UTCDateTime)
    same_since: datetime = Field(sa_type=UTCDateTime)
    closed: bool = False
    settled: bool = False
    spend_before: Decimal | None = Field(default=None, sa_type=Exact)
    corrected_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    failed_requests: int | None = None
    failed_problem: str | None = None


DAYS = SQLModel.metadata.tables["collected_days"]


@dataclass(frozen=True)
class DayTotal:
    """Of one day and project, or of all of them together (None): the provider's total and what the facts come to.

    ``unknown`` counts the days of projects whose total may not be read: ``total`` is without them.
    """

    day: date | None
    project_id: str | None
    total: Decimal
    rows: Decimal
    unknown: int = 0

    @property
    def told(self) -> Decimal | None:
        """The total, or None where nothing of it may be read."""
        return None if self.unknown and not self.total else self.total

    @property
    def unsplit(self) -> Decimal:
        """The part of the total that no fact tells more about; negative where the facts come to more."""
        return self.total - self.rows


@dataclass(frozen=True)
class Coverage:
    """How much of what was asked for is known; of projects that are gone, what was read is all there will be.

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
    def is_complete(self) -> bool:
        """Whether every day was read after its end."""
        return self.closed == self.expected

    @property
    def is_final(self) -> bool:
        """Whether nothing of it is expected to change any more."""
        return self.settled == self.expected


def end_of(day: date) -> datetime:
    """Return the moment at which a provider day is over."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def totals_by(session: Session, which: Which, *dimensions: str) -> list[DayTotal]:
    """Return totals split by any of "day" and "project".

    Raises:
        ValueError: ``which`` is narrowed to more than days and projects, of which the provider tells no total.
    """
    if not which.is_whole:
        raise ValueError("the provider's total is told of whole projects only")
    columns = [_SPLIT[dimension] for dimension in dimensions]
    unknown = func.count().filter(DAYS.c.spend_total.is_(None))
    sums = [func.sum(DAYS.c.spend_total), func.sum(DAYS.c.spend_rows), unknown]
    found = session.execute(pick(*columns, *sums).where(*_within(which)).group_by(*columns).order_by(*columns))
    return [_day_total(dict(zip(dimensions, row[:-3], strict=True)), *row[-3:]) for row in found]


def total_spend(session: Session, which: Which) -> Decimal:
    """Return the sum of the provider's own totals that may be read; raises ValueError as ``totals_by``."""
    return sum((found.total for found in totals_by(session, which)), Decimal())


def closed_totals(session: Session, day: date) -> dict[str, Decimal]:
    """Return the provider's total of a day, by project, where it may be read and was read after the day's end."""
    known = (DAYS.c.day == day, DAYS.c.closed.is_(True), DAYS.c.spend_total.is_not(None))
    found = session.execute(pick(DAYS.c.project_id, DAYS.c.spend_total).where(*known))
    return {row.project_id: row.spend_total for row in found}


def of_project(session: Session, project_id: str, start: date, end: date) -> dict[date, CollectedDay]:
    """Return what is known of a project's days."""
    found = session.exec(select(CollectedDay).where(*_within(Which(start, end, (project_id,)))))
    return {row.day: row for row in found}


def oldest_unsettled(session: Session, project_id: str, *, or_unknown: bool = False) -> date | None:
    """Return the oldest day that is to be read again, or None if none is.

    ``or_unknown``: days of which the total might not be read are read again too.
    """
    again = ~DAYS.c.settled | DAYS.c.spend_total.is_(None) if or_unknown else ~DAYS.c.settled
    wanted = (DAYS.c.project_id == project_id, again)
    found: date | None = session.execute(pick(func.min(DAYS.c.day)).where(*wanted)).scalar_one()
    return found


def without_failures(session: Session, project_id: str) -> list[date]:
    """Return the days, over and not settled, of which neither the failed requests are known nor why they are not."""
    wanted = (DAYS.c.project_id == project_id, DAYS.c.closed.is_(True), DAYS.c.settled.is_(False))
    unknown = (DAYS.c.failed_requests.is_(None), DAYS.c.failed_problem.is_(None))
    return list(session.execute(pick(DAYS.c.day).where(*wanted, *unknown).order_by(DAYS.c.day)).scalars())


def note_failures(session: Session, project_id: str, day: date, failed: int | None, problem: str | None) -> None:
    """Note how many requests of a day failed, or why nobody knows."""
    row = session.get(CollectedDay, (day, project_id))
    if row is not None:
        row.failed_requests, row.failed_problem = failed, problem


def put(session: Session, rows: Iterable[CollectedDay]) -> None:
    """Write these days in place of what was known of them."""
    values = [row.model_dump() for row in rows]
    if values:
        row = insert_into(session, CollectedDay)
        again = {name: row.excluded[name] for name in values[0] if name not in {"project_id", "day"}}
        session.execute(row.on_conflict_do_update(index_elements=["day", "project_id"], set_=again), values)


def newest_closed(session: Session) -> date | None:
    """Return the newest day that was read after its end, in any project."""
    return session.exec(select(func.max(CollectedDay.day)).where(col(CollectedDay.closed).is_(True))).one()


def coverage(session: Session, which: Which) -> Coverage:
    """Return how much of these days and projects is known; of what it is narrowed to, only the projects count."""
    live, gone = _projects(session, which)
    days = (which.end - which.start).days + 1
    read, ended = _number(session, which), _number(session, replace(which, project_ids=tuple(gone))) if gone else 0
    changing = [each for each in _open(session, which) if each.project_id in live]
    expected = len(live) * days + ended
    return Coverage(
        expected=expected,
        read=read,
        closed=read - sum(not each.closed for each in changing),
        settled=read - len(changing),
        missing=tuple(_missing(session, which, live)) if read < expected else (),
        oldest_read_at=min((each.read_at for each in changing), default=None),
        problems=tuple(collections.problems(session, live)),
    )


def is_read(session: Session, which: Which) -> bool:
    """Tell whether every one of these days was read, of the projects that are not gone."""
    live = select(Project.id).where(col(Project.gone_at).is_(None))
    if which.project_ids is not None:
        live = live.where(col(Project.id).in_(which.project_ids))
    expected = session.exec(select(func.count()).select_from(live.subquery())).one()
    days = (DAYS.c.day.between(which.start, which.end), DAYS.c.project_id.in_(live))
    read = session.execute(pick(func.count()).select_from(DAYS).where(*days)).scalar_one()
    return bool(read == expected * ((which.end - which.start).days + 1))


_SPLIT = {"day": DAYS.c.day, "project": DAYS.c.project_id}


def _day_total(split: dict[str, Any], total: Decimal | None, rows: Decimal | None, unknown: int) -> DayTotal:
    return DayTotal(split.get("day"), split.get("project"), total or Decimal(), rows or Decimal(), unknown)


def _within(which: Which) -> list[ColumnElement[bool]]:
    days = DAYS.c.day.between(which.start, which.end)
    if which.project_ids is None:
        return [days]
    return [days, DAYS.c.project_id.in_(which.project_ids)]


def _projects(session: Session, which: Which) -> tuple[set[str], set[str]]:
    """Return the projects that there are, and those that are gone."""
    found = select(Project.id, Project.gone_at)
    if which.project_ids is not None:
        found = found.where(col(Project.id).in_(which.project_ids))
    known = session.exec(found).all()
    live = {project_id for project_id, gone_at in known if gone_at is None}
    return live, {project_id for project_id, _ in known} - live


def _number(session: Session, which: Which) -> int:
    return int(session.execute(pick(func.count()).select_from(DAYS).where(*_within(which))).scalar_one())


def _open(session: Session, which: Which) -> list[_Open]:
    found = pick(DAYS.c.project_id, DAYS.c.closed, DAYS.c.read_at).where(_OPEN, *_within(which))
    return [_Open(*row) for row in session.execute(found)]


def _missing(session: Session, which: Which, live: set[str]) -> list[tuple[str, date]]:
    numbers = pick(DAYS.c.project_id, func.count().label("days")).where(*_within(which)).group_by(DAYS.c.project_id)
    read = {row.project_id: row.days for row in session.execute(numbers)}
    found: list[tuple[str, date]] = []
    for project_id in sorted(live):
        if read.get(project_id, 0) > (which.end - which.start).days:
            continue
        known = of_project(session, project_id, which.start, which.end)
        days = (which.start + timedelta(days=count) for count in range((which.end - which.start).days + 1))
        found += [(project_id, day) for day in days if day not in known]
        if len(found) >= MISSING_SHOWN:
            break
    return found[:MISSING_SHOWN]
