"""Fact rows: what each line came to on each day, and the sums over more days (``rollups.py``).

A spend line is one key's use of one line item with one tag set on one deployment; a usage line is one value of one
dimension. A line's id is a digest of what it is, so that two processes give it the same one without asking.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection as Some
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Delete, Select, String, Table, bindparam, delete, insert, select
from sqlmodel import Field, Session, SQLModel

from bot.store import rollups
from bot.store.columns import Day, Exact
from bot.store.upsert import insert_into

TOTAL = "total"
DOLLARS = ("dollars",)
COUNTS = ("tokens_in", "tokens_out", "tts_characters", "requests")
MEASURES = ("hours", "total_hours", "agent_hours", *COUNTS)
_NARROW = {"sqlite_with_rowid": False}  # SQLite keeps the rows in their key's order, once
_GIVEN = {"autoincrement": False}


class SpendOf(NamedTuple):
    """What dollars were spent on; "" where the provider names none, ``tags`` as `tag_sets.text_of`."""

    key_id: str
    line_item: str
    tags: str
    deployment: str


class UsageOf(NamedTuple):
    """One value of one dimension; the dimension "total" has the value "" only."""

    dimension: str
    value: str


class Figures(NamedTuple):
    """Measures of usage; None is what the provider did not tell, which is not zero."""

    hours: Decimal | None = None
    total_hours: Decimal | None = None
    agent_hours: Decimal | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    tts_characters: int | None = None
    requests: int | None = None

    def plus(self, other: Figures) -> Figures:
        """Return the sum; what one of the two does not tell is the other's."""
        return Figures(*map(_plus, self, other))

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was used, as far as is told."""
        return not any(self)


def _plus(one: Any, two: Any) -> Any:
    return two if one is None else one if two is None else one + two


@dataclass(frozen=True)
class DayFacts:
    """All that one day of one project is made of; None leaves what is there."""

    spend: Mapping[SpendOf, Decimal] | None = None
    usage: Mapping[UsageOf, Figures] | None = None


NO_DIMENSIONS: frozenset[str] = frozenset()


class SpendLine(SQLModel, table=True):
    """What dollars are spent on, in one project."""

    __tablename__ = "spend_lines"

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs=_GIVEN)
    project_id: str = Field(index=True)
    key_id: str = Field(index=True)
    line_item: str
    tags: str
    deployment: str


class SpendFact(SQLModel, table=True):
    """Dollars of a line on ``span`` days from ``day`` on."""

    __tablename__ = "spend_facts"
    __table_args__ = _NARROW

    span: int = Field(primary_key=True, sa_column_kwargs=_GIVEN)
    day: date = Field(primary_key=True, sa_type=Day, sa_column_kwargs=_GIVEN)
    line_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs=_GIVEN)
    dollars: Decimal = Field(sa_type=Exact)


class UsageLine(SQLModel, table=True):
    """One value of one dimension, in one project."""

    __tablename__ = "usage_lines"

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs=_GIVEN)
    project_id: str = Field(index=True)
    dimension: str
    value: str


class UsageFact(SQLModel, table=True):
    """Measures of a line on ``span`` days from ``day`` on; ``dimension`` is the line's, repeated to lie together."""

    __tablename__ = "usage_facts"
    __table_args__ = _NARROW

    dimension: str = Field(primary_key=True)
    span: int = Field(primary_key=True, sa_column_kwargs=_GIVEN)
    day: date = Field(primary_key=True, sa_type=Day, sa_column_kwargs=_GIVEN)
    line_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs=_GIVEN)
    hours: Decimal | None = Field(default=None, sa_type=Exact)
    total_hours: Decimal | None = Field(default=None, sa_type=Exact)
    agent_hours: Decimal | None = Field(default=None, sa_type=Exact)
    tokens_in: int | None = Field(default=None, sa_type=BigInteger)
    tokens_out: int | None = Field(default=None, sa_type=BigInteger)
    tts_characters: int | None = Field(default=None, sa_type=BigInteger)
    requests: int | None = Field(default=None, sa_type=BigInteger)


SPEND = SQLModel.metadata.tables["spend_facts"]
USAGE = SQLModel.metadata.tables["usage_facts"]
SPEND_LINES = SQLModel.metadata.tables["spend_lines"]
USAGE_LINES = SQLModel.metadata.tables["usage_lines"]


def line_id(project_id: str, line: Sequence[str]) -> int:
    """Return the id of a line: a digest, as a whole number of 64 bits with a sign."""
    text = "\x1f".join((project_id, *line)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True)


def replace(session: Session, project_id: str, days: Mapping[date, DayFacts], kept: Some[str] = NO_DIMENSIONS) -> None:
    """Write these days of a project in place of what stood there, and the sums that they are part of.

    Of the dimensions ``kept`` nothing was told this time: what is known of them stays.
    """
    spend = {day: facts.spend for day, facts in days.items() if facts.spend is not None}
    usage = {day: facts.usage for day, facts in days.items() if facts.usage is not None}
    _name(session, SpendLine, project_id, {line for lines in spend.values() for line in lines})
    _name(session, UsageLine, project_id, {line for lines in usage.values() for line in lines})
    spent = [
        {"span": 1, "day": day, "line_id": line_id(project_id, line), "dollars": dollars}
        for day, lines in spend.items()
        for line, dollars in lines.items()
    ]
    used = [
        {"dimension": line.dimension, "span": 1, "day": day, "line_id": line_id(project_id, line), **figures._asdict()}
        for day, values in usage.items()
        for line, figures in values.items()
    ]
    _write(session, _SPEND, {"project_id": project_id}, spend, spent)
    _write(session, _USAGE, {"project_id": project_id, "kept": sorted(kept)}, usage, used)


def _name(session: Session, table: type[SQLModel], project_id: str, lines: Iterable[SpendOf | UsageOf]) -> None:
    rows = [{"id": line_id(project_id, line), "project_id": project_id, **line._asdict()} for line in sorted(lines)]
    if rows:
        session.execute(insert_into(session, table).on_conflict_do_nothing(), rows)


@dataclass(frozen=True, eq=False)
class _Facts:
    """A table of facts with its sums; ``lines`` chooses those of one project, by values that are left open."""

    table: Table
    measures: tuple[str, ...]
    lines: Select[Any]

    @cached_property
    def any_line(self) -> Select[Any]:
        return self.lines.limit(1)

    @cached_property
    def clear(self) -> Delete:
        days = self.table.c.day.in_(bindparam("days", expanding=True))
        return delete(self.table).where(self.table.c.span == 1, days, self.sums.lines)

    @cached_property
    def sums(self) -> rollups.Sums:
        return rollups.Sums(self.table, self.measures, self.table.c.line_id.in_(self.lines))


_SPEND = _Facts(
    SPEND, DOLLARS, select(SPEND_LINES.c.id).where(SPEND_LINES.c.project_id == bindparam("project_id", type_=String))
)
_USAGE = _Facts(
    USAGE,
    MEASURES,
    select(USAGE_LINES.c.id).where(
        USAGE_LINES.c.project_id == bindparam("project_id", type_=String),
        USAGE_LINES.c.dimension.not_in(bindparam("kept", expanding=True, type_=String)),
    ),
)


def _write(
    session: Session, facts: _Facts, which: dict[str, Any], days: Some[date], rows: list[dict[str, Any]]
) -> None:
    if not days or session.execute(facts.any_line, which).first() is None:  # nothing was ever used here
        return
    session.execute(facts.clear, which | {"days": sorted(days)})
    if rows:
        session.execute(insert(facts.table), rows)
    rollups.add_up(session, facts.sums, min(days), max(days), **which)
