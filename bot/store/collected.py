"""Collected days: what is known of each provider day of each project, and how surely."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Index, Select, Table, case, func, literal, text
from sqlalchemy import select as pick
from sqlalchemy import union_all as all_of
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import Day, Exact, UTCDateTime
from bot.store.prices import NONE_UNTOLD, Price, Untold, told_of
from bot.store.upsert import insert_into

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Which:
    """Which figures: provider days (UTC), both included, and what they are narrowed to; None is everything.

    ``tags`` are whole tag sets as texts (``tag_sets.text_of``), never single tags: a request with two tags is in one
    set only. ``billed_by`` is what tells whose something is (`facts.SpendRow`), ``owners`` are the user ids of those
    for whom keys were made here.
    """

    start: date
    end: date
    project_ids: tuple[str, ...] | None = None
    key_ids: tuple[str, ...] | None = None
    line_items: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    deployments: tuple[str, ...] | None = None
    billed_by: tuple[str, ...] | None = None
    owners: tuple[str, ...] | None = None

    @property
    def number(self) -> int:
        """How many days they are."""
        return (self.end - self.start).days + 1

    @property
    def is_whole(self) -> bool:
        """Whether it is narrowed to nothing but days and projects: only then does the provider tell a total."""
        narrowed = (self.key_ids, self.line_items, self.tags, self.deployments, self.billed_by, self.owners)
        return all(each is None for each in narrowed)


OPEN = text("NOT settled")  # few of many: an index of these alone leads to them at once


class CollectedDay(SQLModel, table=True):
    """One provider day of one project. A day without a row was never read.

    ``spend_total`` is the provider's own ungrouped total as far as it is told (``price``, a `Price`), None if nothing
    is; ``spend_rows`` what the facts come to. ``same_since`` is the first of the readings that agree with the last one.
    A ``closed`` day was read after its end, others are "so far"; a ``settled`` one is asked for again with its whole
    month only. ``spend_told`` and ``usage_told`` say which of the two reports the last reading could have, ``split``
    whether it could have every split. ``failed_requests`` is None while it is not known, and where it cannot be
    ``failed_problem`` says why.
    """

    __tablename__ = "collected_days"
    __table_args__ = (
        Index("ix_collected_days_open", "day", "project_id", sqlite_where=OPEN, postgresql_where=OPEN),
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
    spend_told: bool = True
    usage_told: bool = True
    price: str = Price.TOLD.value
    split: bool = True
    failed_requests: int | None = None
    failed_problem: str | None = None


class CollectedMonth(SQLModel, table=True):
    """What the collected days of one project in one calendar month come to, so that a year is twelve rows of each.

    ``month`` is its first day, ``days`` how many were read, ``unknown`` those without a total; of these ``unpriced``
    were read and have no price. ``partly`` and ``zero`` count days as `Untold` does.
    Written in the transaction that writes the days.
    """

    __tablename__ = "collected_months"
    __table_args__ = {"sqlite_with_rowid": False}

    month: date = Field(primary_key=True, sa_type=Day, sa_column_kwargs={"autoincrement": False})
    project_id: str = Field(primary_key=True)
    days: int
    unknown: int
    unpriced: int = 0
    partly: int = 0
    zero: int = 0
    spend_total: Decimal | None = Field(default=None, sa_type=Exact)
    spend_rows: Decimal = Field(sa_type=Exact)


DAYS = SQLModel.metadata.tables["collected_days"]
MONTHS = SQLModel.metadata.tables["collected_months"]
_UNTOLD = ~DAYS.c.spend_told | ~DAYS.c.usage_told


@dataclass(frozen=True)
class DayTotal:
    """Of one day and project, or of all of them together (None): the provider's total and what the facts come to.

    ``total`` is without what ``untold`` counts.
    """

    day: date | None
    project_id: str | None
    total: Decimal
    rows: Decimal
    untold: Untold = NONE_UNTOLD

    @property
    def told(self) -> Decimal | None:
        """The total, or None where nothing of it is told."""
        return told_of(self.total, self.untold)


def end_of(day: date) -> datetime:
    """Return the moment at which a provider day is over."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + DAY


def totals_by(session: Session, which: Which, *dimensions: str) -> list[DayTotal]:
    """Return totals split by any of "day" and "project".

    Raises:
        ValueError: ``which`` is narrowed to more than days and projects, of which the provider tells no total.
    """
    if not which.is_whole:
        raise ValueError("the provider's total is told of whole projects only")
    days = _days(which, which.start, which.end) if "day" in dimensions else together(which)
    told = days.subquery()
    columns = [told.c[_COLUMN[dimension]] for dimension in dimensions]
    sums = [func.sum(told.c[name]) for name in _SUMMED]
    found = session.execute(pick(*columns, *sums).group_by(*columns).order_by(*columns))
    number = len(columns)
    return [_day_total(dict(zip(dimensions, row[:number], strict=True)), *row[number:]) for row in found]


def total_spend(session: Session, which: Which) -> Decimal:
    """Return the sum of the provider's own totals that are told; raises ValueError as ``totals_by``."""
    return sum((found.total for found in totals_by(session, which)), Decimal())


def closed_totals(session: Session, day: date) -> dict[str, Decimal]:
    """Return the provider's total of a day, by project, where it is told whole and was read after the day's end."""
    known = (DAYS.c.day == day, DAYS.c.closed.is_(True), DAYS.c.price == Price.TOLD, DAYS.c.spend_total.is_not(None))
    found = session.execute(pick(DAYS.c.project_id, DAYS.c.spend_total).where(*known))
    return {row.project_id: row.spend_total for row in found}


def of_project(session: Session, project_id: str, start: date, end: date) -> dict[date, CollectedDay]:
    """Return what is known of a project's days."""
    found = session.exec(select(CollectedDay).where(*within(Which(start, end, (project_id,)))))
    return {row.day: row for row in found}


def oldest_unsettled(session: Session, project_id: str, *, or_untold: bool = False) -> date | None:
    """Return the oldest day that is to be read again, or None if none is.

    ``or_untold``: so are days of which one of the reports might not be read.
    """
    again = ~DAYS.c.settled | _UNTOLD if or_untold else ~DAYS.c.settled
    wanted = (DAYS.c.project_id == project_id, again)
    found: date | None = session.execute(pick(func.min(DAYS.c.day)).where(*wanted)).scalar_one()
    return found


def had_both(session: Session, project_id: str) -> bool:
    """Tell whether the newest reading of a project could have both reports."""
    newest = pick(DAYS.c.spend_told & DAYS.c.usage_told).where(DAYS.c.project_id == project_id)
    return bool(session.execute(newest.order_by(DAYS.c.day.desc()).limit(1)).scalar_one_or_none())


def projects_hidden(session: Session, which: Which) -> list[str]:
    """Return the ids of the projects that have days of which the dollars might not be read the last time."""
    wanted = (*within(which), ~DAYS.c.spend_told)
    return list(session.execute(pick(DAYS.c.project_id).where(*wanted).distinct()).scalars())


def is_usage_hidden(session: Session, which: Which) -> bool:
    """Tell whether there are days of which the usage might not be read the last time."""
    return session.execute(pick(DAYS.c.day).where(*within(which), ~DAYS.c.usage_told).limit(1)).first() is not None


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
    """Write these days in place of what was known of them, and the months that they are part of."""
    values = [row.model_dump() for row in rows]
    if not values:
        return
    row = insert_into(session, CollectedDay)
    again = {name: row.excluded[name] for name in values[0] if name not in {"project_id", "day"}}
    session.execute(row.on_conflict_do_update(index_elements=["day", "project_id"], set_=again), values)
    for project_id, month in sorted({(each["project_id"], _month_of(each["day"])) for each in values}):
        add_up(session, month, project_id)


def add_up(session: Session, month: date, project_id: str | None = None) -> None:
    """Make a month equal to its days, of one project or of all that have any."""
    which = Which(month, _following(month) - DAY, None if project_id is None else (project_id,))
    days = _days(which, which.start, which.end).subquery()
    sums = [func.sum(days.c[name]) for name in _TOLD]
    row = insert_into(session, CollectedMonth).from_select(
        ["month", "project_id", *_TOLD],
        pick(literal(month, Day), days.c.project_id, *sums).group_by(days.c.project_id),
    )
    again = {name: row.excluded[name] for name in _TOLD}
    session.execute(row.on_conflict_do_update(index_elements=["month", "project_id"], set_=again))


def newest_closed(session: Session) -> date | None:
    """Return the newest day that was read after its end, in any project."""
    return session.exec(select(func.max(CollectedDay.day)).where(col(CollectedDay.closed).is_(True))).one()


_COLUMN = {"day": "day", "project": "project_id"}
_SUMMED = ("spend_total", "spend_rows", "unknown", "unpriced", "partly", "zero")
_TOLD = ("days", *_SUMMED)


def _month_of(day: date) -> date:
    return day.replace(day=1)


def _following(month: date) -> date:
    return _month_of(month + 31 * DAY)


def together(which: Which) -> Select[Any] | CompoundSelect[Any]:
    """Return what comes to these days: the whole months among them, and the days before and after those."""
    begin = which.start if which.start.day == 1 else _following(_month_of(which.start))
    end = _month_of(which.end + DAY)  # of this month not every day is asked for
    if begin >= end:
        return _days(which, which.start, which.end)
    months = pick(MONTHS.c.month, MONTHS.c.project_id, *(MONTHS.c[name] for name in _TOLD))
    whole = months.where(MONTHS.c.month.between(begin, end - DAY), *_in_projects(MONTHS, which))
    return all_of(_days(which, which.start, begin - DAY), whole, _days(which, end, which.end))


def _days(which: Which, first: date, last: date) -> Select[Any]:
    """Return some of these days one by one, as ``together`` returns months."""
    unknown = DAYS.c.spend_total.is_(None)
    each = pick(
        DAYS.c.day,
        DAYS.c.project_id,
        literal(1).label("days"),
        DAYS.c.spend_total,
        DAYS.c.spend_rows,
        case((unknown, 1), else_=0).label("unknown"),
        case((unknown & DAYS.c.spend_told, 1), else_=0).label("unpriced"),
        case((DAYS.c.price == Price.PARTLY, 1), else_=0).label("partly"),
        case((DAYS.c.price == Price.ZERO, 1), else_=0).label("zero"),
    )
    return each.where(DAYS.c.day.between(first, last), *_in_projects(DAYS, which))


def _day_total(split: dict[str, Any], total: Decimal | None, rows: Decimal | None, *counts: int | None) -> DayTotal:
    unknown, unpriced, partly, zero = (int(each or 0) for each in counts)
    untold = Untold(unknown - unpriced, unpriced, partly, zero)
    return DayTotal(split.get("day"), split.get("project"), total or Decimal(), rows or Decimal(), untold)


def within(which: Which) -> list[ColumnElement[bool]]:
    """Return the conditions on ``DAYS`` that they are these."""
    return [DAYS.c.day.between(which.start, which.end), *_in_projects(DAYS, which)]


def _in_projects(table: Table, which: Which) -> list[ColumnElement[bool]]:
    return [] if which.project_ids is None else [table.c.project_id.in_(which.project_ids)]
