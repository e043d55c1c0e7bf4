"""Stretches of provider days (UTC) as people name them: the words are the speaker's, the days the provider's.

What is named by where one is in time goes by the date there: "yesterday" is the provider day of the date before, the
months are those of that date, and "today" is the provider day of that date with all that begun since. Of "today" before
the provider day of that date has begun, and of "yesterday" while it goes on, people see the one that goes on, so far.
"day" and "week" are the provider's: the last days that are over there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

from bot.clock import zone_of
from bot.errors import NotUnderstood

DAY = timedelta(days=1)
LONGEST = 3 * 366
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "today": "Today so far",
        "yesterday": "Yesterday",
        "day": "The last day",
        "week": "The last 7 days",
        "month": "This month so far",
        "last-month": "Last month",
    }
)


@dataclass(frozen=True)
class Today:
    """Which day it is: for the provider, whose days are UTC, and where somebody speaks. They are at most one apart."""

    provider: date
    spoken: date

    @classmethod
    def at(cls, now: datetime, tz: str) -> Today:
        """Return it for somebody in this time zone; ``now`` is aware."""
        return cls(now.astimezone(UTC).date(), now.astimezone(zone_of(tz)).date())

    @property
    def month_has_begun(self) -> bool:
        """Whether the speaker's month has begun for the provider, too."""
        return self.spoken.replace(day=1) <= self.provider


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

    def days(self, today: Today) -> Days:
        """Return its days; "today", "yesterday" and the months go by the speaker's date.

        "day" and "week" end with the last day that is over for the provider.

        Raises:
            NotUnderstood: it has not begun for the provider, or is longer than three years.
        """
        if self.first is not None and self.last is not None:
            return _dates(self.first, self.last, today.provider)
        spoken, over = today.spoken, today.provider - DAY
        match self.name:
            case "today":
                found = Days(min(spoken, today.provider), today.provider)
            case "yesterday":
                found = Days(spoken - DAY, spoken - DAY)
            case "day":
                found = Days(over, over)
            case "week":
                found = Days(over - 6 * DAY, over)
            case "month":
                found = _dates(spoken.replace(day=1), _last_of(spoken), today.provider)
            case "last-month":
                last = spoken.replace(day=1) - DAY
                found = Days(last.replace(day=1), last)
            case _:
                words = "today, yesterday, day, week, month, last month"
                raise NotUnderstood(f"Which days? Type /usage {words}, or two dates.")
        return found


def _last_of(month: date) -> date:
    return (month.replace(day=1) + 31 * DAY).replace(day=1) - DAY


def _dates(first: date, last: date, today: date) -> Days:
    if first > today:
        raise NotUnderstood(f"{first} is still to come. Days are UTC, and today is {today}.")
    days = Days(first, min(last, today))
    if days.number > LONGEST:
        raise NotUnderstood("That is longer than three years. Choose fewer days.")
    return days
