"""Months, as people say them."""

from __future__ import annotations

from datetime import date

import pytest

from bot.errors import NotUnderstood
from bot.spending.months import days_of, read_month
from bot.spending.periods import Today
from tests.spending.test_periods import FIRST_MORNING_IN_TOKYO, IN_UTC, LAST_EVENING_IN_BOSTON


@pytest.mark.parametrize(
    ("word", "month"),
    [("", "2026-11"), ("this", "2026-11"), (" LAST ", "2026-10"), ("2026-02", "2026-02"), ("2026-11", "2026-11")],
)
def test_months_are_read_as_people_say_them(word: str, month: str) -> None:
    assert read_month(word, IN_UTC) == month


@pytest.mark.parametrize("word", ["2026-13", "2026-12", "oct", "2026-1", "٢٠٢٦-10"])
def test_other_words_are_no_months(word: str) -> None:
    with pytest.raises(NotUnderstood):
        read_month(word, IN_UTC)


@pytest.mark.parametrize(
    ("today", "this", "last"),
    [(FIRST_MORNING_IN_TOKYO, "2026-12", "2026-11"), (LAST_EVENING_IN_BOSTON, "2026-11", "2026-10")],
)
def test_this_and_last_are_those_of_who_speaks(today: Today, this: str, last: str) -> None:
    assert (read_month("this", today), read_month("last", today)) == (this, last)


@pytest.mark.parametrize("today", [FIRST_MORNING_IN_TOKYO, LAST_EVENING_IN_BOSTON])
def test_a_month_that_has_begun_anywhere_may_be_named(today: Today) -> None:
    assert read_month("2026-12", today) == "2026-12"


def test_a_month_has_its_days() -> None:
    assert days_of("2026-02") == (date(2026, 2, 1), date(2026, 2, 28))
    assert days_of("2026-12") == (date(2026, 12, 1), date(2026, 12, 31))
