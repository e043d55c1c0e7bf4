"""A digest is due once on each local date, and every provider day that is over is told once, wherever clocks jump."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.schedule import Rhythm, days_to_tell, first_day, last_closed, latest_due, moment, next_due

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Africa/Cairo",
    "Asia/Beirut",
)
START = datetime(2011, 1, 1, tzinfo=UTC)
EVERY_DAY = frozenset(range(7))

rhythms = st.builds(
    Rhythm,
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    hour=st.integers(0, 23),
    tz=st.sampled_from(ZONES),
)
moments = st.integers(0, 20 * 365 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds))


@given(rhythms, moments)
def test_the_next_moment_is_later_and_is_then_the_latest(rhythm: Rhythm, now: datetime) -> None:
    coming = next_due(rhythm, now)
    assert coming > now
    assert moment(rhythm, latest_due(rhythm, coming)) == coming
    assert moment(rhythm, latest_due(rhythm, now)) <= now
    assert latest_due(rhythm, coming - timedelta(microseconds=1)) <= latest_due(rhythm, coming)


@given(rhythms, moments)
def test_an_hour_that_exists_is_kept_and_one_that_does_not_comes_later(rhythm: Rhythm, now: datetime) -> None:
    day = latest_due(rhythm, now)
    local = moment(rhythm, day).astimezone(ZoneInfo(rhythm.tz))
    shown = (local.date(), local.hour, local.minute)
    assert shown >= (day, rhythm.hour, 0)
    if shown != (day, rhythm.hour, 0):  # then that hour stands on no clock there
        wanted = datetime.combine(day, time(rhythm.hour), tzinfo=ZoneInfo(rhythm.tz))
        assert wanted.utcoffset() != wanted.replace(fold=1).utcoffset()
    assert local.fold == 0


@given(rhythms, moments, st.lists(st.timedeltas(timedelta(days=-40), timedelta(days=70)), max_size=25))
def test_every_closed_day_is_told_once_whatever_the_clock_does(
    rhythm: Rhythm, begun: datetime, jumps: list[timedelta]
) -> None:
    told: list[date] = []
    dates: list[date] = []
    first, now, latest = first_day(rhythm, begun), begun, begun
    for jump in jumps:
        now += jump
        latest = max(latest, now)
        days = days_to_tell(first, told, now)
        local = latest_due(rhythm, now)
        if days and local not in dates:
            told += days
            dates.append(local)
    assert told == sorted(set(told))
    assert all(day <= last_closed(latest) for day in told)
    assert told == [first + timedelta(days=number) for number in range(len(told))]


@pytest.mark.parametrize(
    ("tz", "day", "hour", "expected"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 2, datetime(2026, 3, 29, 1, tzinfo=UTC)),  # 02:00 does not exist: 03:00
        ("Europe/Berlin", date(2026, 10, 25), 2, datetime(2026, 10, 25, 0, tzinfo=UTC)),  # 02:00 comes twice: the first
        ("Australia/Lord_Howe", date(2026, 10, 4), 2, datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),  # half an hour
        ("Asia/Beirut", date(2026, 3, 29), 0, datetime(2026, 3, 28, 22, tzinfo=UTC)),  # midnight does not exist
        ("Nowhere/Atall", date(2026, 3, 29), 9, datetime(2026, 3, 29, 9, tzinfo=UTC)),
    ],
)
def test_hours_that_clocks_skip_or_repeat(tz: str, day: date, hour: int, expected: datetime) -> None:
    assert moment(Rhythm(EVERY_DAY, hour, tz), day) == expected


def test_a_day_can_be_told_an_hour_after_its_end() -> None:
    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    assert last_closed(midnight + timedelta(minutes=59)) == date(2026, 11, 18)
    assert last_closed(midnight + timedelta(hours=1)) == date(2026, 11, 19)


def test_an_ordinary_digest_tells_one_day_and_the_one_after_a_weekend_three() -> None:
    rhythm = Rhythm(frozenset(range(5)), 9, "Europe/Berlin")
    subscribed = datetime(2026, 11, 19, 10, tzinfo=UTC)  # a Thursday, after nine
    friday = next_due(rhythm, subscribed)
    assert friday == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert days_to_tell(first_day(rhythm, subscribed), (), friday) == (date(2026, 11, 19),)
    monday = next_due(rhythm, friday)
    told = days_to_tell(date(2026, 11, 19), [date(2026, 11, 19)], monday)
    assert told == (date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22))


def test_a_day_that_became_free_again_is_told_before_those_behind_it() -> None:
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    thursday, friday, saturday, sunday = (date(2026, 11, number) for number in range(19, 23))
    assert days_to_tell(thursday, {friday}, monday) == (thursday,)
    assert days_to_tell(thursday, {thursday, friday}, monday) == (saturday, sunday)


@pytest.mark.parametrize("asked", [latest_due, next_due])
def test_a_rhythm_without_a_weekday_is_an_error_and_no_endless_search(
    asked: Callable[[Rhythm, datetime], object],
) -> None:
    with pytest.raises(ValueError, match="a rhythm needs a weekday"):
        asked(Rhythm(frozenset(), 8, "UTC"), START)
