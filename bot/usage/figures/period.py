"""Stretches of provider days as people name them. Days are UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

from bot.errors import NotUnderstood

DAY = timedelta(days=1)
LONGEST = 3 * 366
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "today": "Today so far",
        "day": "The last day",
        "week": "The last 7 days",
        "month": "This month so far",
        "last-month": "Last month",
    }
)


@dataclass(frozen=True)
class Days:
    """Whole provider days, both included."""

    start: date
    end: date

    @property
    def number(self) -> int:
        """How many they are."""
        return (self.end - self.start).days + 1

    @property
    def before(self) -> Days:
        """As many days, right before these."""
        return Days(self.start - self.number * DAY, self.start - DAY)

    def each(self) -> list[date]:
        """Return every day, the oldest first."""
        return [self.start + number * DAY for number in range(self.number)]


class Period(BaseModel):
    """A stretch by its name, or by its first and last day (both included)."""

    model_config = ConfigDict(frozen=True)

    name: str = "week"
    first: date | None = None
    last: date | None = None

    @property
    def words(self) -> str:
        """How people type it."""
        return self.name if self.first is None or self.last is None else f"{self.first} {self.last}"

    def days(self, today: date) -> Days:
        """Return its days; "day" and "week" end with the last day that is over.

        Raises:
            NotUnderstood: it is still to come, or longer than three years.
        """
        if self.first is not None and self.last is not None:
            return _dates(self.first, self.last, today)
        yesterday = today - DAY
        match self.name:
            case "today":
                return Days(today, today)
            case "day":
                return Days(yesterday, yesterday)
            case "month":
                return Days(today.replace(day=1), today)
            case "last-month":
                last = today.replace(day=1) - DAY
                return Days(last.replace(day=1), last)
            case "week":
                return Days(today - 7 * DAY, yesterday)
            case _:
                raise NotUnderstood("Which days? Type /usage today, day, week, month, last month, or two dates.")


def _dates(first: date, last: date, today: date) -> Days:
    if first > today:
        raise NotUnderstood(f"{first} is still to come. Days are UTC, and today is {today}.")
    days = Days(first, min(last, today))
    if days.number > LONGEST:
        raise NotUnderstood("That is longer than three years. Choose fewer days.")
    return days
