"""What is worth an alert, and what is noise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.budgets import crossing
from bot.money import days_left, forecast

AMOUNTS = st.decimals(min_value=0, max_value=10**6, places=4)
MID_MONTH = date(2026, 11, 15)


@given(AMOUNTS, AMOUNTS.filter(bool))
def test_a_level_is_reached_exactly_when_that_part_of_the_budget_is_spent(spent: Decimal, budget: Decimal) -> None:
    reached = crossing.levels(spent, budget)
    assert reached == [str(percent) for percent in (50, 80, 100) if spent / budget * 100 >= percent]


@pytest.mark.parametrize(
    ("spent", "reached"),
    [("99.99", []), ("100", ["50"]), ("159.99", ["50"]), ("160", ["50", "80"]), ("200", ["50", "80", "100"])],
)
def test_a_level_is_reached_to_the_cent(spent: str, reached: list[str]) -> None:
    assert crossing.levels(Decimal(spent), Decimal(200)) == reached


@given(AMOUNTS, AMOUNTS, AMOUNTS.filter(bool))
def test_a_forecast_warns_only_while_the_budget_is_not_spent(spent: Decimal, recent: Decimal, budget: Decimal) -> None:
    expected = forecast(spent, recent, days_left(MID_MONTH, MID_MONTH))
    assert expected == spent + recent * 15
    assert crossing.heads_over(spent, expected, budget, MID_MONTH.day) == (spent < budget <= expected)


def test_a_forecast_is_never_below_what_is_spent() -> None:
    assert forecast(Decimal(9), Decimal(-3), 10) == 9


@pytest.mark.parametrize(
    ("after", "left"),
    [(date(2026, 12, 1), 30), (date(2026, 12, 31), 0), (date(2026, 11, 30), 31), (date(2026, 11, 27), 31)],
)
def test_a_month_of_which_nothing_is_known_has_all_its_days_left(after: date, left: int) -> None:
    assert days_left(after, date(2026, 12, 1)) == left


@pytest.mark.parametrize(("days_known", "warned"), [(0, False), (1, False), (4, False), (5, True), (30, True)])
def test_the_first_four_days_of_a_month_forecast_nothing(days_known: int, warned: bool) -> None:
    assert crossing.heads_over(Decimal(9), Decimal(18), Decimal(10), days_known) == warned


@pytest.mark.parametrize(
    ("amount", "weeks", "found"),
    [
        ("40", ["10", "12", "11", "10"], ("more", Decimal("10.5"))),
        ("8", ["2", "2", "2", "2"], ("more", Decimal(2))),
        ("6.9", ["2", "2", "2", "2"], None),  # twice and more, and of no interest to anybody
        ("7", ["2", "2", "2", "2"], ("more", Decimal(2))),  # by five dollars, which somebody cares for
        ("21", ["11", "11", "11", "11"], None),
        ("22", ["11", "11", "11", "11"], ("more", Decimal(11))),  # exactly twice
        ("25", ["100", "100", "100"], ("less", Decimal(100))),  # exactly a quarter
        ("25.01", ["100", "100", "100"], None),
        ("5", ["10", "10", "10"], None),  # by five dollars, and half of the usual
        ("30", ["10", "10", None, "10"], ("more", Decimal(10))),  # three weeks are enough
        ("30", ["10", "10", None, None], None),  # two are not
        ("2", ["11", "11", "11", "11"], ("less", Decimal(11))),
        ("100", ["1", None, None, "1"], None),  # too little is known
        ("30", ["10", "500", "10", "10"], ("more", Decimal(10))),  # one odd week is not the usual
        ("30", ["0", "0", "0", "0"], ("more", Decimal(0))),
    ],
)
def test_sudden_is_much_and_unusual_for_the_weekday(
    amount: str, weeks: list[str | None], found: tuple[str, Decimal] | None
) -> None:
    assert crossing.sudden(Decimal(amount), [Decimal(each) if each else None for each in weeks]) == found


@pytest.mark.parametrize(
    ("balance", "per_day", "found"),
    [
        ("100", "10", None),
        ("70", "10", None),
        ("69.9", "10", ("low", 6)),
        ("20", "10", ("low", 2)),
        ("19.9", "10", ("very low", 1)),
        ("0.1", "10", ("very low", 0)),
        ("0", "10", ("very low", 0)),
        ("-5", None, ("very low", 0)),
        ("5", "0", None),
        ("5", None, None),
    ],
)
def test_a_balance_is_low_by_the_days_that_it_lasts(
    balance: str, per_day: str | None, found: tuple[str, int] | None
) -> None:
    assert crossing.low(Decimal(balance), Decimal(per_day) if per_day is not None else None) == found
