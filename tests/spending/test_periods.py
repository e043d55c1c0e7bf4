"""Periods: the words are the speaker's, the days the provider's."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.errors import NotUnderstood
from bot.spending.periods import NAMES, Days, Period, Today

IN_UTC = Today(date(2026, 11, 21), date(2026, 11, 21))
FIRST_MORNING_IN_TOKYO = Today.at(datetime(2026, 11, 30, 23, tzinfo=UTC), "Asia/Tokyo")
LAST_EVENING_IN_BOSTON = Today.at(datetime(2026, 12, 1, 1, tzinfo=UTC), "America/New_York")


def dates(first: str, last: str) -> Period:
    return Period(name="", first=date.fromisoformat(first), last=date.fromisoformat(last))


def days_of(name: str, today: Today) -> tuple[str, str]:
    found = Period(name=name).days(today)
    return f"{found.start}", f"{found.end}"


def test_periods_are_whole_provider_days_and_the_one_before_is_as_long() -> None:
    spans = {name: Period(name=name).days(IN_UTC) for name in NAMES}
    assert spans["week"] == Days(date(2026, 11, 14), date(2026, 11, 20))
    assert spans["week"].before == Days(date(2026, 11, 7), date(2026, 11, 13))
    assert spans["month"].before == Days(date(2026, 10, 11), date(2026, 10, 31))
    assert spans["last-month"] == Days(date(2026, 10, 1), date(2026, 10, 31))
    assert spans["today"].before == spans["day"]
    assert dates("2026-11-20", "2026-12-24").days(IN_UTC).end == IN_UTC.provider
    for wrong in (dates("2026-11-22", "2026-11-23"), dates("2001-01-01", "2026-01-01"), Period(name="era")):
        with pytest.raises(NotUnderstood):
            wrong.days(IN_UTC)


def test_on_the_first_morning_of_a_month_last_month_is_the_one_that_ended_where_one_speaks() -> None:
    assert days_of("last-month", FIRST_MORNING_IN_TOKYO) == ("2026-11-01", "2026-11-30")


def test_a_month_that_has_not_begun_for_the_provider_is_said_so() -> None:
    assert not FIRST_MORNING_IN_TOKYO.month_has_begun
    with pytest.raises(NotUnderstood, match="2026-12-01 is still to come"):
        Period(name="month").days(FIRST_MORNING_IN_TOKYO)


def test_what_has_begun_for_the_provider_only_is_not_this_month_yet() -> None:
    assert days_of("month", LAST_EVENING_IN_BOSTON) == ("2026-11-01", "2026-11-30")
    assert days_of("last-month", LAST_EVENING_IN_BOSTON) == ("2026-10-01", "2026-10-31")


def test_today_is_every_provider_day_of_which_hours_lie_in_the_speakers_today() -> None:
    assert days_of("today", FIRST_MORNING_IN_TOKYO) == ("2026-11-30", "2026-11-30")  # the next has not begun
    assert days_of("today", LAST_EVENING_IN_BOSTON) == ("2026-11-30", "2026-12-01")


@pytest.mark.parametrize(
    ("tz", "now", "today", "yesterday"),
    [
        ("Pacific/Honolulu", datetime(2026, 12, 1, 5, tzinfo=UTC), ("2026-11-30", "2026-12-01"), "2026-11-29"),
        ("Pacific/Honolulu", datetime(2026, 11, 30, 20, tzinfo=UTC), ("2026-11-30", "2026-11-30"), "2026-11-29"),
        ("Asia/Tokyo", datetime(2026, 12, 1, 5, tzinfo=UTC), ("2026-12-01", "2026-12-01"), "2026-11-30"),
        ("Asia/Tokyo", datetime(2026, 11, 30, 23, tzinfo=UTC), ("2026-11-30", "2026-11-30"), "2026-11-30"),
    ],
)
def test_today_and_yesterday_go_by_the_date_where_one_speaks(
    tz: str, now: datetime, today: tuple[str, str], yesterday: str
) -> None:
    there = Today.at(now, tz)
    assert days_of("today", there) == today
    assert days_of("yesterday", there) == (yesterday, yesterday)


def test_days_that_are_over_are_the_providers() -> None:
    for today in (FIRST_MORNING_IN_TOKYO, LAST_EVENING_IN_BOSTON):
        assert Period(name="day").days(today).end == Period(name="week").days(today).end < today.provider
