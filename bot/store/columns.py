"""Column types and names that every table shares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Dialect, Integer
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

# Constraints get the same names on both databases, so that migrations can drop them by name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

FIRST_PROVIDER = "deepgram"  # of every account, project and key from before there were several providers
EXACT_PLACES = 10
SMALLEST = Decimal(1).scaleb(-EXACT_PLACES)  # what `Exact` rounds to


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out, on both databases (SQLite would drop an offset without converting)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 SQLAlchemy's signature
        """Refuse a naive time and convert an aware one to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 SQLAlchemy's signature
        """Return an aware time in UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal number, kept as whole ten-billionths: both databases add it up exactly (SQLite knows only floats)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 SQLAlchemy's signature
        """Round to ten-billionths."""
        return None if value is None else int(value.scaleb(EXACT_PLACES).to_integral_value())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 SQLAlchemy's signature
        """Return the number."""
        return None if value is None else value * SMALLEST


class Day(TypeDecorator[date]):
    """A calendar day, kept as its number (1 January of year 1 is 1), so that SQL can reckon with it."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> int | None:  # noqa: ARG002 SQLAlchemy's signature
        """Return the day's number."""
        return None if value is None else value.toordinal()

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:  # noqa: ARG002 SQLAlchemy's signature
        """Return the day."""
        return None if value is None else date.fromordinal(value)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Return the CHECK constraint that holds a text column to these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def no_list() -> list[Any]:
    """Return an empty list, for a new row.

    With ``list`` itself as the factory, pydantic parses its signature for each row, longer than all the rest takes.
    """
    return []


def no_dict() -> dict[str, Any]:
    """Return an empty mapping, for a new row."""
    return {}


def mark(changed_at: datetime | None) -> str:
    """Return what a form carries of the row that it shows, so that nothing saved meanwhile is overwritten unseen."""
    return changed_at.isoformat() if changed_at is not None else ""
