"""Stretches of provider days (UTC) as people name them: the words are the speaker's, the days the provider's."""

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
        """Return its days; "day" and "week" end with the last day that is over for the provider.

        Raises:
            NotUnderstood: it has not begun for the provider, or is longer than three years.
        """
        if self.first is not None and self.last is not None:
            return _dates(self.first, self.last, today.provider)
        yesterday = today.provider - DAY
        this_month = today.spoken.replace(day=1)
        match self.name:
            case "today":
                return Days(min(today.spoken, today.provider), today.provider)
            case "day":
                return Days(yesterday, yesterday)
            case "month":
                return _dates(this_month, _last_of(this_month), today.provider)
            case "last-month":
                last = this_month - DAY
                return Days(last.replace(day=1), last)
            case "week":
                return Days(today.provider - 7 * DAY, yesterday)
            case _:
                raise NotUnderstood("Which days? Type /usage today, day, week, month, last month, or two dates.")


def _last_of(month: date) -> date:
    return (month + 31 * DAY).replace(day=1) - DAY


def _dates(first: date, last: date, today: date) -> Days:
    if first > today:
        raise NotUnderstood(f"{first} is still to come. Days are UTC, and today is {today}.")
    days = Days(first, min(last, today))
    if days.number > LONGEST:
        raise NotUnderstood("That is longer than three years. Choose fewer days.")
    return days
