"""What a reading says of each day, held against what was known of it before: pure.

A report that cannot be read, and dollars that are not told, leave what was told before: such a day is known in part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from bot.errors import ProviderError
from bot.slack.words import count
from bot.store.collected import CollectedDay
from bot.store.fact_rows import TOTAL, DayFacts, Figures, SpendOf, UsageOf
from bot.store.prices import Price
from bot.usage.reading import Dollars, ReportPeriod, UsageOfDays
from bot.usage.settling import following
from bot.usage.splits import SplitsFound

EVERYTHING = UsageOf(TOTAL, "")
ODD = "Of what the provider told {} could not be read: an amount that cannot be one, or a figure without its day."


@dataclass
class Totals:
    """What was told of a period: each report by day (None where it could not be read), and what is to be said of it.

    ``trouble`` is what may be over soon.
    """

    spend: Mapping[date, Dollars] | None = None
    usage: UsageOfDays | None = None
    problems: list[str] = field(default_factory=list)
    trouble: ProviderError | None = None
    odd: int = 0

    def used(self, day: date) -> bool:
        """Tell whether anything is known to have been used on a day."""
        return EVERYTHING in (self.usage or {}).get(day, {})

    def price(self, day: date) -> tuple[Decimal | None, Price]:
        """Return what is told of a day's dollars; none of them where the report could not be read."""
        return (None, Price.UNTOLD) if self.spend is None else self.spend[day].price(used=self.used(day))

    @property
    def problem(self) -> str | None:
        """What to say of it, or None."""
        said = [*self.problems, *([ODD.format(count(self.odd, "row"))] if self.odd else [])]
        return " ".join(dict.fromkeys(said)) or None


@dataclass(frozen=True)
class ComparedReading:
    """A period as read: its totals, which days moved, and the splits of the days that were read in detail."""

    told: Totals
    moved: frozenset[date]
    split: ReportPeriod | None = None
    found: SplitsFound = field(default_factory=SplitsFound)

    def facts(self, day: date) -> DayFacts | None:
        """Return what a day is made of, or None if it was not read in detail."""
        if self.split is None or not self.split.start <= day <= self.split.end:
            return None
        usage = [self.told.usage or {}, *self.found.usage.values()]
        return DayFacts(
            None if self.told.spend is None else _spent(self.found, self.told, day),
            None if self.told.usage is None else _together(usage, day),
        )


def _together(parts: list[UsageOfDays], day: date) -> dict[UsageOf, Figures]:
    return {line: figures for part in parts for line, figures in part.get(day, {}).items()}


def _spent(found: SplitsFound, told: Totals, day: date) -> Mapping[SpendOf, Decimal] | None:
    """Return a day's lines; None, so that those of before stay, where something was spent and no split was told."""
    if found.spend is None:
        return None if told.price(day)[0] != 0 else {}
    return found.spend.get(day, {})


def differs(before: CollectedDay, used: Figures | None, told: Totals, day: date) -> bool:
    """Tell whether a day moved since the last reading; ``used`` is the usage that is known of it."""
    amount, _ = told.price(day)
    if told.spend is not None and amount is None and before.price in {Price.TOLD, Price.ZERO}:
        return True
    if amount is not None and amount != before.spend_total:
        return True
    return told.usage is not None and told.usage.get(day, {}).get(EVERYTHING) != used


class After(NamedTuple):
    """What is known of a day after a reading; ``keeps`` the lines of before, for no dollars are told any more."""

    day: CollectedDay
    keeps: bool


class _Cost(NamedTuple):
    total: Decimal | None
    price: Price
    rows: Decimal
    keeps: bool = False


def known_after(
    before: CollectedDay | None, project_id: str, day: date, reading: ComparedReading, now: datetime
) -> After:
    """Return what is known of a day after a reading."""
    told, facts, cost = reading.told, reading.facts(day), _cost(before, day, reading)
    unused = told.usage is not None and _requests(told.usage, day) == 0
    moved = day in reading.moved
    after = following(before, project_id, day, cost.total, cost.rows, now, moved=moved, unused=unused)
    after.spend_told, after.usage_told = told.spend is not None, told.usage is not None
    after.price = cost.price.value
    if facts is not None:
        after.split = reading.found.is_whole
    elif before is not None:
        after.split = before.split
    if told.spend is None and before is not None and before.spend_total is not None and not before.closed:
        after.closed = after.settled = False  # its dollars are those of a reading before its end
    return After(after, cost.keeps)


def _cost(before: CollectedDay | None, day: date, reading: ComparedReading) -> _Cost:
    earlier, earlier_rows = (before.spend_total, before.spend_rows) if before else (None, Decimal())
    if reading.told.spend is None:
        return _Cost(earlier, Price(before.price) if before else Price.UNTOLD, earlier_rows)
    facts, (total, price) = reading.facts(day), reading.told.price(day)
    lines = None if facts is None or facts.spend is None else sum(facts.spend.values(), Decimal())
    if total is not None:
        return _Cost(total, price, earlier_rows if lines is None else lines)
    if lines:  # only the split tells amounts
        return _Cost(lines, Price.PARTLY, lines)
    if earlier:
        return _Cost(earlier, Price.PARTLY, earlier_rows, keeps=True)
    return _Cost(None, Price.UNTOLD, earlier_rows if lines is None else lines)


def _requests(usage: UsageOfDays, day: date) -> int | None:
    """Return how many requests were made on a day; the provider leaves out days of nothing."""
    return usage.get(day, {}).get(EVERYTHING, Figures(requests=0)).requests
