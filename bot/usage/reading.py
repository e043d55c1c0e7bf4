"""From what the provider answers to facts: pure, and strict where a wrong figure would be believed.

One row that cannot be read costs that row: it is counted, and what it held stands in the difference to the total.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from bot.errors import Unavailable
from bot.providers.billing import Billing, Spending
from bot.providers.usage import Usage, UsageBucket
from bot.store.columns import SMALLEST
from bot.store.fact_rows import MEASURES, TOTAL, Figures, SpendOf, UsageOf
from bot.store.prices import Price
from bot.store.tag_sets import text_of

LARGEST = Decimal(1_000_000)  # dollars or hours in one bucket of one day: beyond it an answer is nonsense
LARGEST_COUNT = 10**15
KEY_LONGEST = 100  # a key's id is a UUID of 36

SpendOfDays = Mapping[date, Mapping[SpendOf, Decimal]]
UsageOfDays = Mapping[date, Mapping[UsageOf, Figures]]
T = TypeVar("T")


@dataclass(frozen=True)
class ReportPeriod:
    """Whole provider days, both included."""

    start: date
    end: date

    def days(self) -> list[date]:
        """Return each of them."""
        return [self.start + timedelta(days=number) for number in range((self.end - self.start).days + 1)]

    def parts(self, longest: int) -> list[ReportPeriod]:
        """Return it in pieces of at most so many days, the oldest first."""
        starts = [self.start + timedelta(days=first) for first in range(0, (self.end - self.start).days + 1, longest)]
        return [ReportPeriod(start, min(self.end, start + timedelta(days=longest - 1))) for start in starts]


@dataclass(frozen=True)
class ReportDays(Generic[T]):
    """What was read of a report; ``odd`` counts rows that could not be read, or not wholly.

    ``is_split`` says whether any row tells what was asked for: a grouping that the provider ignores is not told.
    """

    days: T
    odd: int = 0
    is_split: bool = True


@dataclass
class Dollars:
    """What the ungrouped report tells of one day: the sum of its amounts, and how many rows had one and had none.

    ``odd`` of those without one had something else in its place.
    """

    sum: Decimal = Decimal()
    told: int = 0
    untold: int = 0
    odd: int = 0

    def price(self, *, used: bool) -> tuple[Decimal | None, Price]:
        """Return what is known of the day's cost; ``used`` says whether anything is known to have been used."""
        if self.untold and self.told:
            return self.sum, Price.PARTLY
        if self.odd or (used and not self.told):
            return None, Price.UNTOLD
        return self.sum, Price.ZERO if used and not self.sum else Price.TOLD


def spend_totals(billing: Billing, asked: ReportPeriod) -> ReportDays[Mapping[date, Dollars]]:
    """Return what is told of the dollars of each day asked for; the provider leaves out days of nothing.

    Raises:
        Unavailable: what was answered cannot be dollars per day.
    """
    totals, buckets = {day: Dollars() for day in asked.days()}, _daily(billing, asked)
    for day, bucket in buckets.of_days:
        found, amount = totals[day], _dollars(bucket)
        if amount is None:
            found.untold += 1
            found.odd += _is_odd(bucket)
        else:
            found.told += 1
            found.sum += amount
    return ReportDays(totals, buckets.odd)


def spend_rows(billing: Billing, asked: ReportPeriod) -> ReportDays[SpendOfDays]:
    """Return the dollars of each line of each day, without those of nothing; raises as ``spend_totals``."""
    rows: dict[date, dict[SpendOf, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    buckets = _daily(billing, asked)
    for day, bucket in buckets.of_days:
        amount = None if _is_odd(bucket) else _dollars(bucket)
        if amount is not None:
            line = SpendOf(bucket.accessor or "", bucket.line_item or "", text_of(bucket.tags), bucket.deployment or "")
            rows[day][line] += amount
    spent = {day: {line: dollars for line, dollars in lines.items() if dollars} for day, lines in rows.items()}
    return ReportDays(spent, buckets.odd)


def usage_rows(usage: Usage, dimension: str, asked: ReportPeriod) -> ReportDays[UsageOfDays]:
    """Return the measures of each value of a dimension on each day, without those of nothing.

    Raises:
        Unavailable: what was answered cannot be usage per day.
    """
    rows: dict[date, dict[UsageOf, Figures]] = defaultdict(lambda: defaultdict(Figures))
    buckets, is_total = _daily(usage, asked), dimension == TOTAL
    for day, bucket in buckets.of_days:
        if is_total or not _is_odd(bucket):  # a total is kept as far as it can be read
            line = UsageOf(dimension, _VALUE_OF[dimension](bucket))
            rows[day][line] = rows[day][line].plus(_figures(bucket))
    used = {
        day: {line: figures for line, figures in lines.items() if not figures.is_nothing} for day, lines in rows.items()
    }
    return ReportDays(used, buckets.odd, is_total or any(_tells(dimension, bucket) for _, bucket in buckets.of_days))


def _tells(dimension: str, bucket: Spending | UsageBucket) -> bool:
    """Tell whether a row says anything of a dimension: a set of tags may be empty, a set of models is never told so."""
    value = getattr(bucket, dimension)
    return value is not None and (dimension != "models" or bool(value))


def split_by(billing: Billing, dimensions: Iterable[str]) -> tuple[str, ...]:
    """Return by which of these dimensions an answer splits, as far as anything was spent."""
    return tuple(each for each in dimensions if any(_tells(each, bucket) for bucket in billing.results))


_VALUE_OF: dict[str, Callable[[UsageBucket], str]] = {
    TOTAL: lambda _: "",
    "accessor": lambda bucket: bucket.accessor or "",
    "endpoint": lambda bucket: bucket.endpoint or "",
    "feature_set": lambda bucket: bucket.feature_set or "",
    "models": lambda bucket: text_of(bucket.models),
    "method": lambda bucket: bucket.method or "",
    "tags": lambda bucket: text_of(bucket.tags),
    "deployment": lambda bucket: bucket.deployment or "",
}


@dataclass(frozen=True)
class _Buckets:
    """The rows of the days that were asked for, and how many could not be read, or not wholly."""

    of_days: list[tuple[date, Any]]
    odd: int


def _daily(answer: Billing | Usage, asked: ReportPeriod) -> _Buckets:
    if answer.results and ((answer.units or "day").lower() not in {"day", "days"} or answer.amount not in {None, 1}):
        raise Unavailable("The provider told figures of other periods than days. Keydesk tries again later.")
    dated = [(bucket.start, bucket) for bucket in answer.results if bucket.start is not None]
    found = [(day, bucket) for day, bucket in dated if asked.start <= day <= asked.end]
    odd = len(answer.results) - len(dated) + sum(_is_odd(bucket) for _, bucket in found)
    return _Buckets(found, odd)


def _is_odd(bucket: Spending | UsageBucket) -> bool:
    """Tell whether a row holds something that cannot be: it is read as far as it can be, and never believed."""
    if bucket.odd or len(bucket.accessor or "") > KEY_LONGEST:
        return True
    if isinstance(bucket, Spending):
        return bucket.dollars is not None and _possible(bucket.dollars) is None
    told = [getattr(bucket, measure) for measure in MEASURES]
    return sum(value is not None for value in told) > sum(value is not None for value in _figures(bucket))


def _dollars(bucket: Spending) -> Decimal | None:
    return _possible(bucket.dollars)


def _figures(bucket: UsageBucket) -> Figures:
    return Figures(
        _possible(bucket.hours),
        _possible(bucket.total_hours),
        _possible(bucket.agent_hours),
        _possible_count(bucket.tokens_in),
        _possible_count(bucket.tokens_out),
        _possible_count(bucket.tts_characters),
        _possible_count(bucket.requests),
    )


def _possible(value: Decimal | None) -> Decimal | None:
    return None if value is None or abs(value) > LARGEST else value.quantize(SMALLEST)


def _possible_count(value: int | None) -> int | None:
    return None if value is None or abs(value) > LARGEST_COUNT else value
