"""When a digest is due, and which provider days it tells: pure, in local dates and UTC days.

People name a local hour; the provider counts whole days in UTC. A digest that is due on a local date tells every
provider day that ended an hour ago at least and was not told yet: one on an ordinary day, several after a weekend or
an outage.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import dropwhile, takewhile

from bot.clock import zone_of

DAY = timedelta(days=1)
CLOSES_AFTER = timedelta(hours=1)  # by then the day was read after its end
WEEK = 7


@dataclass(frozen=True)
class Rhythm:
    """Local hour (0 to 23) on these weekdays (Monday is 0; at least one) in an IANA zone."""

    weekdays: frozenset[int]
    hour: int
    tz: str


def moment(rhythm: Rhythm, day: date) -> datetime:
    """Return the moment of the hour on a local date, in UTC.

    An hour that comes twice counts the first time; one that the clocks skip counts as much later as they are moved.
    """
    return datetime.combine(day, time(rhythm.hour), tzinfo=zone_of(rhythm.tz)).astimezone(UTC)


def latest_due(rhythm: Rhythm, now: datetime) -> date:
    """Return the last local date whose moment has come: missed ones before it are made up for by it."""
    today = now.astimezone(zone_of(rhythm.tz)).date()
    for back in range(WEEK + 1):
        day = today - back * DAY
        if day.weekday() in rhythm.weekdays and moment(rhythm, day) <= now:
            return day
    raise ValueError("a rhythm needs a weekday")


def next_due(rhythm: Rhythm, after: datetime) -> datetime:
    """Return the first moment after this one, in UTC."""
    today = after.astimezone(zone_of(rhythm.tz)).date()
    for ahead in range(WEEK + 2):
        day = today + ahead * DAY
        if day.weekday() in rhythm.weekdays and (found := moment(rhythm, day)) > after:
            return found
    raise ValueError("a rhythm needs a weekday")


def last_closed(now: datetime) -> date:
    """Return the last provider day that can be told: it ended an hour ago at least."""
    return (now.astimezone(UTC) - CLOSES_AFTER).date() - DAY


def first_day(rhythm: Rhythm, subscribed_at: datetime) -> date:
    """Return the first provider day to tell: the last one that is over at the first moment to come."""
    return last_closed(next_due(rhythm, subscribed_at))


def days_to_tell(from_day: date, taken: Collection[date], now: datetime) -> tuple[date, ...]:
    """Return the provider days that are over and were not told, oldest first and without a gap.

    Behind a day that was told already the others wait for the next digest.
    """
    over = (from_day + number * DAY for number in range((last_closed(now) - from_day).days + 1))
    return tuple(takewhile(lambda day: day not in taken, dropwhile(lambda day: day in taken, over)))
