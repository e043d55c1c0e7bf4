"""Stretches of time as people name them, in their own zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bot.errors import FormError

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "hour": "The last hour",
        "today": "Today so far",
        "yesterday": "Yesterday",
        "day": "The last 24 hours",
        "week": "The last 7 days",
        "month": "The last 30 days",
        "dates": "From one date to another",
    }
)
BACK: Mapping[str, timedelta] = MappingProxyType(
    {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
)


class RecordsPeriod(BaseModel):
    """A stretch by its name; ``first`` and ``last`` (both included) belong to "dates"."""

    model_config = ConfigDict(frozen=True)

    name: str = "day"
    first: date | None = None
    last: date | None = None

    def bounds(self, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return its first and last moment, in whole seconds; days begin at midnight in ``zone``.

        Raises:
            FormError: there is no such period, or it ends before it starts.
        """
        now = now.replace(microsecond=0)
        if self.name in BACK:
            return now - BACK[self.name], now
        first, last = self._days(now.astimezone(zone).date())
        if last < first:
            raise FormError("last", "This date is before the one above.")
        return _midnight(first, zone), min(_midnight(last + timedelta(days=1), zone) - timedelta(seconds=1), now)

    def _days(self, today: date) -> tuple[date, date]:
        if self.name == "today":
            return today, today
        if self.name == "yesterday":
            return today - timedelta(days=1), today - timedelta(days=1)
        if self.name != "dates":
            raise FormError("period", "Choose a period.")
        if self.first is None:
            raise FormError("first", "Choose the first day.")
        if self.first > today:
            raise FormError("first", "This day is still to come.")
        return self.first, self.last or today


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
