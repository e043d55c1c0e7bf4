"""Rollups: sums of 3, 9, 27, 81 and 243 days beside the facts of days, so that a year is a few rows of each line.

A line is one thing that figures are kept of, such as one key's use of one model. A row of span 1 is the fact of one
day; a row of span s is the sum of the line's facts over the s days from ``day`` on, where the day's number is a
multiple of s. Sums are written in the transaction that writes the facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Insert,
    Integer,
    Subquery,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    type_coerce,
)
from sqlalchemy import union_all as all_of
from sqlmodel import Session

DAYS_IN_ONE = (1, 3, 9, 27, 81, 243)


def blocks(start: date, end: date) -> dict[int, list[date]]:
    """Return the fewest rollups that make up the days from ``start`` to ``end``, both included: their first days."""
    found: dict[int, list[date]] = {}
    number, last = start.toordinal(), end.toordinal()
    while number <= last:
        span = max(size for size in DAYS_IN_ONE if number % size == 0 and number + size - 1 <= last)
        found.setdefault(span, []).append(date.fromordinal(number))
        number += span
    return found


def summed(
    table: Table,
    start: date,
    end: date,
    measures: Sequence[str],
    *wanted: ColumnElement[bool],
    by_day: bool,
    few_lines: bool,
) -> Subquery:
    """Return ``line_id``, ``day`` if asked for, and the sum of each measure over the days of a period.

    ``few_lines`` says that what is wanted are few lines among those of a day.
    """
    if by_day:
        days = table.c.day.in_(_days(start, end)) if few_lines else table.c.day.between(start, end)
        rows = (table.c.span == 1, days, *wanted)
        return select(table.c.line_id, table.c.day, *_measured(table, measures)).where(*rows).subquery()
    parts = [
        select(table.c.line_id, *_measured(table, measures)).where(
            table.c.span == span, table.c.day.in_(first_days), *wanted
        )
        for span, first_days in blocks(start, end).items()
    ]
    together = all_of(*parts).subquery()
    sums = [func.sum(together.c[measure]).label(measure) for measure in measures]
    return select(together.c.line_id, *sums).group_by(together.c.line_id).subquery()


def add_up(session: Session, sums: Sums, first: date, last: date, **which: Any) -> None:
    """Make every sum that covers a day from ``first`` to ``last`` equal to the facts, for these lines.

    ``which`` are the values that the condition of ``sums`` leaves open.
    """
    for span, clear, write in sums.statements:
        begin = first - timedelta(days=first.toordinal() % span)
        end = last + timedelta(days=span - 1 - last.toordinal() % span)
        session.execute(clear, which | {"begin": begin, "end": end}, **_APART)
        session.execute(write, which | {"begin": begin, "end": end}, **_APART)


@dataclass(frozen=True, eq=False)
class Sums:
    """The sums of some measures in one table; ``lines`` says by a condition on its rows, with values left open, which.

    The statements are made once: a day of one project is ten of them, and making one takes longer than running it.
    """

    table: Table
    measures: tuple[str, ...]
    lines: ColumnElement[bool]

    @cached_property
    def statements(self) -> list[tuple[int, Delete, Insert]]:
        """For each length what takes its sums away and what writes them, from ``begin`` to ``end``."""
        table = self.table
        return [
            (
                span,
                delete(table).where(table.c.span == span, _between(table), self.lines),
                _sums_of(table, self.measures, self.lines, smaller, span),
            )
            for smaller, span in pairwise(DAYS_IN_ONE)
        ]


_APART: dict[str, Any] = {"execution_options": {"synchronize_session": False}}


def _between(table: Table) -> ColumnElement[bool]:
    return table.c.day.between(bindparam("begin"), bindparam("end"))


def _sums_of(table: Table, measures: Sequence[str], lines: ColumnElement[bool], smaller: int, span: int) -> Insert:
    number = type_coerce(table.c.day, Integer)
    block = number - number % span
    kept = [column.name for column in table.primary_key if column.name not in {"span", "day"}]
    sums = [func.sum(table.c[measure]) for measure in measures]
    found = (
        select(literal(span, Integer), block, *(table.c[name] for name in kept), *sums)
        .where(table.c.span == smaller, _between(table), lines)
        .group_by(block, *(table.c[name] for name in kept))
        .order_by(block, *(table.c[name] for name in kept))  # rows come faster in the order of their key
    )
    return insert(table).from_select(["span", "day", *kept, *measures], found)


def _days(start: date, end: date) -> list[date]:
    # One by one, not from … to: only so does the key (day, line) lead to few lines of many days.
    return [date.fromordinal(number) for number in range(start.toordinal(), end.toordinal() + 1)]


def _measured(table: Table, measures: Sequence[str]) -> list[ColumnElement[Any]]:
    return [table.c[measure] for measure in measures]
