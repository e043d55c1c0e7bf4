"""From what the provider answers to facts: pure, and strict where a wrong figure would be believed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from bot.errors import Unavailable
from bot.providers.deepgram.billing import Billing, Spending
from bot.providers.deepgram.usage import Usage, UsageBucket
from bot.store.columns import SMALLEST
from bot.store.fact_rows import COUNTS, TOTAL, Figures, SpendOf, UsageOf
from bot.store.tag_sets import text_of

LARGEST = Decimal(1_000_000)  # dollars or hours in one bucket of one day: beyond it an answer is nonsense
LARGEST_COUNT = 10**15
KEY_LONGEST = 100  # a key's id is a UUID of 36

SpendOfDays = Mapping[date, Mapping[SpendOf, Decimal]]
UsageOfDays = Mapping[date, Mapping[UsageOf, Figures]]
Bucket = TypeVar("Bucket", Spending, UsageBucket)


@dataclass(frozen=True)
class Period:
    """Whole provider days, both included."""

    start: date
    end: date

    def days(self) -> list[date]:
        """Return each of them."""
        return [self.start + timedelta(days=number) for number in range((self.end - self.start).days + 1)]

    def parts(self, longest: int) -> list[Period]:
        """Return it in pieces of at most so many days, the oldest first."""
        starts = [self.start + timedelta(days=first) for first in range(0, (self.end - self.start).days + 1, longest)]
        return [Period(start, min(self.end, start + timedelta(days=longest - 1))) for start in starts]


def spend_totals(billing: Billing, asked: Period) -> dict[date, Decimal]:
    """Return the dollars of each day asked for; the provider leaves out days of nothing.

    Raises:
        Unavailable: what was answered cannot be dollars per day.
    """
    totals = dict.fromkeys(asked.days(), Decimal())
    for day, bucket in _daily(billing, asked):
        totals[day] += _dollars(bucket)
    return totals


def spend_rows(billing: Billing, asked: Period) -> SpendOfDays:
    """Return the dollars of each line of each day, without those of nothing; raises as ``spend_totals``."""
    rows: dict[date, dict[SpendOf, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for day, bucket in _daily(billing, asked):
        line = SpendOf(
            (bucket.accessor or "")[:KEY_LONGEST], bucket.line_item or "", text_of(bucket.tags), bucket.deployment or ""
        )
        rows[day][line] += _dollars(bucket)
    return {day: {line: dollars for line, dollars in lines.items() if dollars} for day, lines in rows.items()}


def usage_rows(usage: Usage, dimension: str, asked: Period) -> UsageOfDays:
    """Return the measures of each value of a dimension on each day, without those of nothing.

    Raises:
        Unavailable: what was answered cannot be usage per day.
    """
    rows: dict[date, dict[UsageOf, Figures]] = defaultdict(lambda: defaultdict(Figures))
    for day, bucket in _daily(usage, asked):
        line = UsageOf(dimension, _VALUE_OF[dimension](bucket))
        rows[day][line] = rows[day][line].plus(_figures(bucket))
    return {
        day: {line: figures for line, figures in lines.items() if not figures.is_nothing} for day, lines in rows.items()
    }


_VALUE_OF: dict[str, Callable[[UsageBucket], str]] = {
    TOTAL: lambda _: "",
    "accessor": lambda bucket: (bucket.accessor or "")[:KEY_LONGEST],
    "endpoint": lambda bucket: bucket.endpoint or "",
    "feature_set": lambda bucket: bucket.feature_set or "",
    "models": lambda bucket: text_of(bucket.models),
    "method": lambda bucket: bucket.method or "",
    "tags": lambda bucket: text_of(bucket.tags),
    "deployment": lambda bucket: bucket.deployment or "",
}


def _daily(answer: Billing | Usage, asked: Period) -> Iterator[tuple[date, Any]]:
    results: Iterable[Any] = answer.results
    if answer.results and ((answer.units or "day").lower() not in {"day", "days"} or answer.amount not in {None, 1}):
        raise Unavailable("Deepgram told figures of other periods than days. Keydesk tries again later.")
    for bucket in results:
        if bucket.start is None:
            raise Unavailable("Deepgram told a figure without its day. Keydesk tries again later.")
        if asked.start <= bucket.start <= asked.end:
            yield bucket.start, bucket


def _dollars(bucket: Spending) -> Decimal:
    if bucket.dollars is None or abs(bucket.dollars) > LARGEST:
        raise Unavailable(f"Deepgram told an amount of {bucket.start} that cannot be one. Keydesk tries again later.")
    return bucket.dollars.quantize(SMALLEST)


def _figures(bucket: UsageBucket) -> Figures:
    figures = Figures(
        _rounded(bucket.hours),
        _rounded(bucket.total_hours),
        _rounded(bucket.agent_hours),
        bucket.tokens_in,
        bucket.tokens_out,
        bucket.tts_characters,
        bucket.requests,
    )
    for measure, value in figures._asdict().items():
        if abs(value or 0) > (LARGEST_COUNT if measure in COUNTS else LARGEST):
            raise Unavailable(f"Deepgram told usage of {bucket.start} that cannot be. Keydesk tries again later.")
    return figures


def _rounded(hours: Decimal | None) -> Decimal | None:
    return None if hours is None else hours.quantize(SMALLEST)
