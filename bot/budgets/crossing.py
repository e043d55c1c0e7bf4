"""What is worth an alert: pure, from figures to the level that was crossed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from bot import money
from bot.spending.usual import WEEKS_NEEDED

PERCENTS = (50, 80, 100)
FORECAST = "forecast"
# Sudden: at least twice the usual for that weekday, or a quarter of it at most, and by dollars that somebody cares for.
TIMES_MORE, PART_LEFT = Decimal(2), Decimal("0.25")
FLOOR = Decimal(5)
LOW_DAYS, VERY_LOW_DAYS = 7, 2


def levels(spent: Decimal, budget: Decimal) -> list[str]:
    """Return the percentages of a budget that are reached, the highest last."""
    return [str(percent) for percent in PERCENTS if spent * 100 >= budget * percent]


def heads_over(spent: Decimal | None, expected: Decimal | None, budget: Decimal, days_known: int) -> bool:
    """Tell whether a month that is not over its budget after so many days is expected to be at its end."""
    if spent is None or expected is None or days_known < money.FORECAST_FROM_DAY:
        return False
    return spent < budget <= expected


def sudden(amount: Decimal, same_weekday: Sequence[Decimal | None]) -> tuple[str, Decimal] | None:
    """Return “more” or “less” and the usual, if a day differs suddenly from the same weekday of the weeks before."""
    known = [each for each in same_weekday if each is not None]
    if len(known) < WEEKS_NEEDED:
        return None
    usual = Decimal(median(known))
    if abs(amount - usual) < FLOOR:
        return None
    if amount >= usual * TIMES_MORE:
        return "more", usual
    return ("less", usual) if amount <= usual * PART_LEFT else None


def low(balance: Decimal, per_day: Decimal | None) -> tuple[str, int] | None:
    """Return how low a balance is (“low”, “very low”) and the days it lasts; None while it lasts a week and more."""
    days = 0 if balance <= 0 else money.lasts(balance, per_day)
    if days is None or days >= LOW_DAYS:
        return None
    return ("very low" if days < VERY_LOW_DAYS else "low"), days
