"""Money: to the cent so that what is printed adds up, and what a month is heading for."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")
# In the first days of a month one busy day would make every forecast a warning.
FORECAST_FROM_DAY = 5
NO_CENTS = Decimal("0.00")


def to_cent(amount: Decimal) -> Decimal:
    """Round to the cent, half to even; what comes to nothing has no sign."""
    return amount.quantize(CENT, ROUND_HALF_EVEN) or NO_CENTS


def to_cents(parts: Sequence[Decimal], total: Decimal | None = None) -> list[Decimal]:
    """Round each part to the cent so that they add up to ``total``, by the method of largest remainders.

    Without a total they add up to their own rounded sum. Where a total is further from that sum than rounding each
    part can make it, every part takes the same share of what is between them. No parts add up to nothing.
    """
    floors = [part.quantize(CENT, ROUND_FLOOR) for part in parts]
    whole = to_cent(sum(parts, Decimal()) if total is None else total)
    every, missing = divmod(int((whole - sum(floors, Decimal())) / CENT), len(parts) or 1)
    by_remainder = sorted(range(len(parts)), key=lambda index: floors[index] - parts[index])
    raised = set(by_remainder[:missing])
    return [floor + CENT * (every + (index in raised)) for index, floor in enumerate(floors)]


def mean(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """Return the mean, or None if any amount is unknown or there is none."""
    known = total(amounts)
    return known / len(amounts) if known is not None and amounts else None


def total(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """Return the sum, or None if any amount is unknown."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal()) if len(known) == len(amounts) else None


def forecast(month_to_date: Decimal | None, recent: Decimal | None, days_left: int) -> Decimal | None:
    """Return the month's end if each day that is left is like ``recent``, the mean of the last seven.

    It is never below what is spent: credits of last week say nothing of the days to come.
    """
    if month_to_date is None or recent is None:
        return None
    return month_to_date + max(recent, Decimal()) * days_left


def days_left(after: date, month: date) -> int:
    """Return how many days a month, by any day of it, has after a day, which may be before its first."""
    last = monthrange(month.year, month.month)[1]
    return (month.replace(day=last) - max(after, month.replace(day=1) - timedelta(days=1))).days


def lasts(balance: Decimal | None, per_day: Decimal | None) -> int | None:
    """Return for how many whole days a balance lasts; None where nobody can tell."""
    if balance is None or per_day is None or per_day <= 0:
        return None
    return max(0, int(balance / per_day))


def dollars(amount: Decimal | None) -> str:
    """Say an amount to the cent, “–” where it is not known."""
    if amount is None:
        return "–"
    cents = to_cent(amount)
    return f"-${-cents:,.2f}" if cents < 0 else f"${cents:,.2f}"
