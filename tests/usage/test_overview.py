"""A project at a glance tells no part of a day as the whole."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.spending.periods import Days
from bot.usage.figures.service import Overview
from bot.usage.figures.sums import Part
from bot.usage.figures.views import overview
from tests.factories import NOON
from tests.gallery_usage import answer


def test_a_day_that_was_read_before_its_end_is_told_so_far_and_against_nothing() -> None:
    week, told = answer("production", 7, "day"), Part("", {"dollars": Decimal(4)}, {"dollars": Decimal(51)})
    early = replace(week, known=replace(week.known, so_far=frozenset({week.place.days.end})))
    days = week.place.days
    periods = (("day", Days(days.end, days.end), told), ("week", days, told))
    whole, part = (str(overview(Overview(periods, seen, NOON))[1]) for seen in (week, early))
    assert "so far" not in whole
    assert "against 28 Feb" in whole
    assert "against 16 Feb to 22 Feb" in whole
    assert "The last day, so far*" in part
    assert "The last 7 days, so far*" in part
    assert "against" not in part
