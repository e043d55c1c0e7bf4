"""Facts: what was spent and used on which provider day, asked in one place and answered from the store alone.

Days are the provider's, in UTC. Nothing is allocated: what the provider does not split stays in the difference
between its own total (``total_spend``, ``totals_by``) and the rows, and has to be shown as a row of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, func, select
from sqlmodel import Session

from bot.store import spans, tag_sets
from bot.store.collected import Coverage, DayTotal, Which, coverage, total_spend, totals_by
from bot.store.fact_rows import COUNTS, DOLLARS, MEASURES, SPEND, SPEND_LINES, TOTAL, USAGE, USAGE_LINES, Figures

__all__ = [
    "Coverage",
    "DayTotal",
    "SpendDimension",
    "SpendRow",
    "UsageDimension",
    "UsageRow",
    "Which",
    "coverage",
    "spend_by",
    "tags_billed",
    "total_spend",
    "totals_by",
    "usage_by",
]

SpendDimension = Literal["day", "project", "key", "line_item", "tags", "deployment"]
UsageDimension = Literal["total", "accessor", "endpoint", "feature_set", "models", "method", "tags", "deployment"]


class SpendRow(NamedTuple):
    """Dollars of one group; what was not split by is None, what the provider names nothing for is "".

    ``tags`` is a tag set's text (``tag_sets.set_of`` reads it).
    """

    dollars: Decimal
    day: date | None = None
    project_id: str | None = None
    key_id: str | None = None
    line_item: str | None = None
    tags: str | None = None
    deployment: str | None = None


class UsageRow(NamedTuple):
    """Measures of one value of a dimension ("" for the total, and where the provider names none)."""

    figures: Figures
    value: str = ""
    day: date | None = None
    project_id: str | None = None


def spend_by(session: Session, which: Which, *dimensions: SpendDimension, top: int | None = None) -> list[SpendRow]:
    """Return dollars by any combination of dimensions, in their order; groups of nothing are left out.

    With ``top``, only so many of the largest, the largest first.
    A year of a thousand projects is answered from sums over spans. Split by "day" together with anything but
    "project", it reads every single day: narrow it to some projects or to some weeks.
    """
    if dimensions in {(), ("day",), ("day", "project")} and which.is_whole and top is None:
        found = totals_by(session, which, *dimensions)
        return [SpendRow(each.rows, each.day, each.project_id) for each in found if each.rows]
    lines = _narrowed(SPEND, _lines_of(which))
    by_day = "day" in dimensions
    facts = spans.summed(SPEND, which.start, which.end, DOLLARS, *lines, by_day=by_day, few_lines=bool(lines))
    dollars = func.sum(facts.c.dollars)
    columns = [facts.c.day if name == "day" else SPEND_LINES.c[_COLUMN[name]] for name in dimensions]
    query = _joined(select(*columns, dollars), SPEND_LINES, facts, columns).group_by(*columns)
    rows = session.execute(query.order_by(*columns) if top is None else query.order_by(dollars.desc()).limit(top))
    names = [_COLUMN[name] for name in dimensions]
    return [SpendRow(row[-1], **dict(zip(names, row[:-1], strict=True))) for row in rows if row[-1]]


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
    top: int | None = None,
) -> list[UsageRow]:
    """Return the measures of each value of one dimension; the dimension "total" has one value, "".

    The provider splits usage by one dimension at a time, so each dimension can only be narrowed to values of its own.
    A day that was read and has no row used nothing. Measures not asked for are None. With ``top``, only so many of the
    largest by the first of the measures, the largest first.

    Raises:
        ValueError: it is narrowed by another dimension.
    """
    lines = _narrowed(USAGE, _usage_lines_of(which, dimension))
    wanted_rows = (USAGE.c.dimension == dimension, *lines)
    facts = spans.summed(USAGE, which.start, which.end, measures, *wanted_rows, by_day=by_day, few_lines=bool(lines))
    wanted: dict[str, ColumnElement[Any]] = {"day": facts.c.day} if by_day else {}
    if by_project:
        wanted["project_id"] = USAGE_LINES.c.project_id
    if dimension != TOTAL:
        wanted["value"] = USAGE_LINES.c.value
    columns = list(wanted.values())
    amounts: list[ColumnElement[Any]] = [facts.c[measure] for measure in measures]
    if not by_project:  # else each row is of one line, and there is nothing to add up
        amounts = [func.sum(amount) for amount in amounts]
    query = _joined(select(*columns, *amounts), USAGE_LINES, facts, columns)
    query = query if by_project else query.group_by(*columns)
    found = session.execute(
        query.order_by(*columns) if top is None else query.order_by(amounts[0].desc().nulls_last()).limit(top)
    )
    return [_usage_row((*wanted, *measures), tuple(row)) for row in found if set(row) != {None}]


_COLUMN: dict[str, str] = {
    "day": "day",
    "project": "project_id",
    "key": "key_id",
    "line_item": "line_item",
    "tags": "tags",
    "deployment": "deployment",
}
_OWN_FILTER = {"accessor": "key_ids", "tags": "tags", "deployment": "deployments"}


def _usage_row(names: Sequence[str], row: tuple[Any, ...]) -> UsageRow:
    told = dict(zip(names, row, strict=True))
    figures = {measure: told.pop(measure) for measure in MEASURES if measure in told}
    counts = {name: int(figures[name]) for name in COUNTS if figures.get(name) is not None}  # PostgreSQL's are Decimal
    return UsageRow(Figures(**figures | counts), **told)


def _joined(query: Select[Any], lines: Table, facts: Any, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    if any(column.table is lines for column in columns):
        facts = facts.join(lines, lines.c.id == facts.c.line_id)
    return query.select_from(facts)


def _lines_of(which: Which) -> list[ColumnElement[bool]]:
    given = {
        "project_id": which.project_ids,
        "key_id": which.key_ids,
        "line_item": which.line_items,
        "tags": which.tags,
        "deployment": which.deployments,
    }
    return [SPEND_LINES.c[name].in_(values) for name, values in given.items() if values is not None]


def _usage_lines_of(which: Which, dimension: str) -> list[ColumnElement[bool]]:
    given = {name: getattr(which, name) for name in ("key_ids", "line_items", "tags", "deployments")}
    own = given.pop(_OWN_FILTER.get(dimension, ""), None)
    if any(values is not None for values in given.values()):
        raise ValueError(f"usage by {dimension} cannot be narrowed by another dimension")
    conditions = [USAGE_LINES.c.dimension == dimension] if own is not None or which.project_ids is not None else []
    if own is not None:
        conditions.append(USAGE_LINES.c.value.in_(own))
    if which.project_ids is not None:
        conditions.append(USAGE_LINES.c.project_id.in_(which.project_ids))
    return conditions


def _narrowed(table: Table, conditions: list[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Return the condition on facts that their line meets these; none for no conditions."""
    if not conditions:
        return []
    lines = SPEND_LINES if table is SPEND else USAGE_LINES
    return [table.c.line_id.in_(select(lines.c.id).where(*conditions))]
