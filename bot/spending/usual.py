"""What is usual for a day: the median of its weekday in the four weeks before; and what a change is against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

WEEK = timedelta(weeks=1)
WEEKS_LOOKED_AT, WEEKS_NEEDED = 4, 3
LEAST_COMPARED, MOST_TIMES = Decimal(1), Decimal(10)


@dataclass(frozen=True)
class Usual:
    """The usual of a day, the one or two days in the middle of which it is the mean, and how many weeks were known.

    Whatever the day is split by is compared with those same days, so that changes of parts come to that of the whole.
    """

    amount: Decimal
    days: tuple[date, ...]
    weeks: int = WEEKS_LOOKED_AT


def usual_of(day: date, totals: Mapping[date, Decimal]) -> Usual | None:
    """Return what is usual for a day, or None where too few of the weeks before are known."""
    weeks = (day - number * WEEK for number in range(1, WEEKS_LOOKED_AT + 1))
    known = sorted((totals[each], each) for each in weeks if each in totals)
    if len(known) < WEEKS_NEEDED:
        return None
    middle = known[(len(known) - 1) // 2 : len(known) // 2 + 1]
    amount = sum((amount for amount, _ in middle), Decimal()) / len(middle)
    return Usual(amount, tuple(each for _, each in middle), len(known))


def weights_of(found: Iterable[Usual | None]) -> dict[date, Decimal]:
    """Return the days that some days are compared with, each with how much of it counts."""
    weights: dict[date, Decimal] = {}
    for each in (known for known in found if known is not None):
        for day in each.days:
            weights[day] = weights.get(day, Decimal()) + Decimal(1) / len(each.days)
    return weights


def share_of(change: Decimal, before: Decimal) -> str:
    """Say a change in percent (“+12%”); nothing where it would mislead.

    It would of next to nothing, of ten times more, and where what is or was there is below nothing.
    """
    if before < LEAST_COMPARED or before + change < 0 or abs(change) >= before * MOST_TIMES:
        return ""
    return f"{change / before:+.0%}"
