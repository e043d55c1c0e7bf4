"""Facts: what was spent and used on which provider day, asked in one place and answered from the store alone.

Days are the provider's, in UTC. Nothing is allocated: what the provider does not split stays in the difference
between its own total (``total_spend``, ``totals_by``) and the rows, and has to be shown as a row of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any, Literal, NamedTuple

from sqlalchemy import CTE, Column, ColumnElement, Select, Subquery, Table, case, func, literal_column, select
from sqlmodel import Session, SQLModel

from bot.store import rollups, tag_sets
from bot.store.collected import DayTotal, Which, total_spend, totals_by
from bot.store.coverage import Coverage, coverage
from bot.store.fact_rows import COUNTS, DOLLARS, MEASURES, SPEND, SPEND_LINES, TOTAL, USAGE, USAGE_LINES, Figures
from bot.store.keys import Key

__all__ = [
    "Coverage",
    "DayTotal",
    "Ranked",
    "SpendDimension",
    "SpendRow",
    "UsageDimension",
    "UsageRow",
    "Which",
    "coverage",
    "largest_spend",
    "largest_usage",
    "spend_by",
    "tag_sets_billed",
    "tags_billed",
    "total_spend",
    "totals_by",
    "usage_by",
]

SpendDimension = Literal["day", "project", "key", "line_item", "tags", "deployment", "billed_by", "owner"]
UsageDimension = Literal[
    "total", "accessor", "endpoint", "feature_set", "models", "method", "tags", "deployment", "owner"
]


class SpendRow(NamedTuple):
    """Dollars of one group; what was not split by is None, what the provider names nothing for is "".

    ``tags`` is a tag set's text (``tag_sets.set_of`` reads it). ``billed_by`` tells whose it is: of a key made here the
    customer chosen for it ("" is our own use), of any other its tag set. Split by ``owner``, the user id for whom a key
    was made here, there are no rows of other keys.
    """

    dollars: Decimal
    day: date | None = None
    project_id: str | None = None
    key_id: str | None = None
    line_item: str | None = None
    tags: str | None = None
    deployment: str | None = None
    billed_by: str | None = None
    owner: str | None = None


class UsageRow(NamedTuple):
    """Measures of one value of a dimension ("" for the total, and where the provider names none)."""

    figures: Figures
    value: str = ""
    day: date | None = None
    project_id: str | None = None


class Ranked(NamedTuple):
    """Some of the largest groups, the largest first, each as (value, amount); how many there are, and their sum."""

    rows: tuple[tuple[str, Decimal], ...]
    number: int
    total: Decimal


def spend_by(session: Session, which: Which, *dimensions: SpendDimension) -> list[SpendRow]:
    """Return dollars by any combination of dimensions, in their order; groups of nothing are left out.

    A year of a thousand projects is answered from rollups. Split by "day" together with anything but
    "project", it reads every single day: narrow it to some projects or to some weeks.
    """
    if dimensions in {(), ("day",), ("day", "project")} and which.is_whole:
        found = totals_by(session, which, *dimensions)
        return [SpendRow(each.rows, each.day, each.project_id) for each in found if each.rows]
    names = [_COLUMN[name] for name in dimensions]
    rows = session.execute(_spending(which, names).order_by(*names))
    return [SpendRow(row[-1], **dict(zip(names, row[:-1], strict=True))) for row in rows if row[-1]]


def largest_spend(session: Session, which: Which, dimension: SpendDimension, *, top: int, skip: int = 0) -> Ranked:
    """Return groups of one dimension by their dollars, without so many of the largest; there is none of nothing."""
    return _ranked(session, _spending(which, [_COLUMN[dimension]]), top, skip)


def _spending(which: Which, names: Sequence[str]) -> Select[Any]:
    wanted, by_day = _wanted(which, names), "day" in names
    few = [SPEND.c.line_id.in_(select(wanted.c.id))] if _narrowing(which) else []
    facts = rollups.summed(SPEND, which.start, which.end, DOLLARS, *few, by_day=by_day, few_lines=bool(few))
    lines = wanted if _OF_KEYS.keys() & set(names) else SPEND_LINES
    columns = [facts.c.day if name == "day" else lines.c[name] for name in names]
    joined = facts.join(lines, lines.c.id == facts.c.line_id)
    return select(*columns, func.sum(facts.c.dollars).label("dollars")).select_from(joined).group_by(*columns)


def _wanted(which: Which, names: Sequence[str]) -> CTE:
    """Return the lines that are wanted, with whose they are if that is asked: made once, not for each rollup."""
    with_keys = SPEND_LINES.outerjoin(KEYS, KEYS.c.provider_key_id == SPEND_LINES.c.key_id)
    asks_keys = _OF_KEYS.keys() & set(names) or which.billed_by is not None or which.owners is not None
    columns = [
        _OF_KEYS[name].label(name) if name in _OF_KEYS else SPEND_LINES.c[name] for name in names if name != "day"
    ]
    owned = [_OWNED] if "owner" in names else []
    every = with_keys if asks_keys else SPEND_LINES
    lines = select(SPEND_LINES.c.id, *columns).select_from(every).where(*_narrowing(which), *owned)
    return lines.cte().prefix_with("MATERIALIZED")


def _ranked(session: Session, groups: Select[Any], top: int, skip: int) -> Ranked:
    value, amount = groups.subquery().c
    every = (func.count().over(), func.sum(amount).over())
    wanted = select(value, amount, *every).where(amount != NOTHING).order_by(amount.desc(), value)
    found = session.execute(wanted.limit(top).offset(skip)).all()
    number, total = (found[0][2], Decimal(found[0][3])) if found else (0, Decimal())
    return Ranked(tuple((row[0], Decimal(row[1])) for row in found), number, total)


def tag_sets_billed(session: Session) -> list[str]:
    """Return every tag set that anything was ever spent with, as its text."""
    return list(session.execute(select(SPEND_LINES.c.tags).distinct()).scalars())


def tags_billed(session: Session) -> dict[str, set[str]]:
    """Return every single tag that anything was ever spent with, and the keys (the provider's ids) that did."""
    found: dict[str, set[str]] = {}
    for text, key_id in session.execute(select(SPEND_LINES.c.tags, SPEND_LINES.c.key_id).distinct()):
        for tag in tag_sets.set_of(text):
            found.setdefault(tag, set()).add(key_id)
    return found


def usage_by(
    session: Session,
    which: Which,
    dimension: UsageDimension,
    *,
    by_day: bool = False,
    by_project: bool = False,
    measures: Sequence[str] = MEASURES,
) -> list[UsageRow]:
    """Return the measures of each value of one dimension; the dimension "total" has one value, "".

    The provider splits usage by one dimension at a time, so each dimension can only be narrowed to values of its own;
    of keys ("accessor") these are their owners too, and "owner" adds them up for each owner.
    A day that was read and has no row used nothing. Measures not asked for are None.

    Raises:
        ValueError: it is narrowed by another dimension.
    """
    by_owner = dimension == "owner"
    facts = _using(which, "accessor" if by_owner else dimension, measures, by_day=by_day)
    wanted: dict[str, ColumnElement[Any]] = {"day": facts.c.day} if by_day else {}
    if by_project:
        wanted["project_id"] = USAGE_LINES.c.project_id
    if dimension != TOTAL:
        wanted["value"] = KEYS.c.owner if by_owner else USAGE_LINES.c.value
    columns = list(wanted.values())
    amounts: list[ColumnElement[Any]] = [facts.c[measure] for measure in measures]
    if by_owner or not by_project:  # else each row is of one line, and there is nothing to add up
        amounts = [func.sum(amount) for amount in amounts]
    query = _joined(select(*columns, *amounts), USAGE_LINES, facts, columns)
    query = query.group_by(*columns) if by_owner or not by_project else query
    found = session.execute(query.order_by(*columns))
    return [_usage_row((*wanted, *measures), tuple(row)) for row in found if set(row) != {None}]


def largest_usage(
    session: Session, which: Which, dimension: UsageDimension, measures: Sequence[str], *, top: int, skip: int = 0
) -> Ranked:
    """Return values of one dimension by the sum of these measures, without so many of the largest.

    Raises:
        ValueError: it is narrowed by another dimension.
    """
    facts = _using(which, dimension, measures, by_day=False)
    amounts = [func.coalesce(func.sum(facts.c[measure]), NOTHING) for measure in measures]
    amount: ColumnElement[Any] = reduce(add, amounts)
    groups = select(USAGE_LINES.c.value, amount.label("amount")).group_by(USAGE_LINES.c.value)
    return _ranked(session, _joined(groups, USAGE_LINES, facts, [USAGE_LINES.c.value]), top, skip)


def _using(which: Which, dimension: UsageDimension, measures: Sequence[str], *, by_day: bool) -> Subquery:
    rows, wanted = [USAGE.c.dimension == dimension], _usage_lines_of(which, dimension)
    if wanted:
        rows.append(USAGE.c.line_id.in_(select(select(USAGE_LINES.c.id).where(*wanted).cte().c.id)))
    return rollups.summed(USAGE, which.start, which.end, measures, *rows, by_day=by_day, few_lines=bool(wanted))


_COLUMN: dict[str, str] = {
    "day": "day",
    "project": "project_id",
    "key": "key_id",
    "line_item": "line_item",
    "tags": "tags",
    "deployment": "deployment",
    "billed_by": "billed_by",
    "owner": "owner",
}
NOTHING: ColumnElement[Any] = literal_column("0")
KEYS = SQLModel.metadata.tables[str(Key.__tablename__)]
# What is known of a key made here stands before its tags, as in `bot.spending.payers`.
_BILLED_BY: ColumnElement[Any] = func.coalesce(
    func.nullif(KEYS.c.customer, ""), case((KEYS.c.mint_id.is_not(None), "")), SPEND_LINES.c.tags
)
_OF_KEYS: dict[str, ColumnElement[Any]] = {"billed_by": _BILLED_BY, "owner": KEYS.c.owner}
_OWNED: ColumnElement[bool] = KEYS.c.owner != ""
_OWN_FILTER = {"accessor": "key_ids", "tags": "tags", "deployment": "deployments"}


def _usage_row(names: Sequence[str], row: tuple[Any, ...]) -> UsageRow:
    told = dict(zip(names, row, strict=True))
    figures = {measure: told.pop(measure) for measure in MEASURES if measure in told}
    counts = {name: int(figures[name]) for name in COUNTS if figures.get(name) is not None}  # PostgreSQL's are Decimal
    return UsageRow(Figures(**figures | counts), **told)


def _joined(query: Select[Any], lines: Table, facts: Any, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    tables = {column.table for column in columns if isinstance(column, Column)}
    if tables & {lines, KEYS}:
        facts = facts.join(lines, lines.c.id == facts.c.line_id)
    if KEYS in tables:
        facts = facts.join(KEYS, (KEYS.c.provider_key_id == lines.c.value) & _OWNED)
    return query.select_from(facts)


def _narrowing(which: Which) -> list[ColumnElement[bool]]:
    given = {
        SPEND_LINES.c.project_id: which.project_ids,
        SPEND_LINES.c.key_id: which.key_ids,
        SPEND_LINES.c.line_item: which.line_items,
        SPEND_LINES.c.tags: which.tags,
        SPEND_LINES.c.deployment: which.deployments,
        _BILLED_BY: which.billed_by,
        KEYS.c.owner: which.owners,
    }
    return [column.in_(values) for column, values in given.items() if values is not None]


def _usage_lines_of(which: Which, dimension: str) -> list[ColumnElement[bool]]:
    given = {name: getattr(which, name) for name in ("key_ids", "line_items", "tags", "deployments")}
    own = given.pop(_OWN_FILTER.get(dimension, ""), None)
    if any(values is not None for values in given.values()) or (which.owners is not None and dimension != "accessor"):
        raise ValueError(f"usage by {dimension} cannot be narrowed by another dimension")
    narrows = own is not None or which.project_ids is not None or which.owners is not None
    conditions = [USAGE_LINES.c.dimension == dimension] if narrows else []
    if own is not None:
        conditions.append(USAGE_LINES.c.value.in_(own))
    if which.owners is not None:
        owned = select(KEYS.c.provider_key_id).where(KEYS.c.owner.in_(which.owners))
        conditions.append(USAGE_LINES.c.value.in_(owned))
    if which.project_ids is not None:
        conditions.append(USAGE_LINES.c.project_id.in_(which.project_ids))
    return conditions
