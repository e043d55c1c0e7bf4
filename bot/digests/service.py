"""What a digest says, from figures that were read: pure.

Every amount of a breakdown stands in exactly one row, in *other*, or in the row of what has no owner; so the rows add
up to what the provider broke down, and ``difference`` is what separates that from the provider's own total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from bot.money import forecast, lasts, mean, to_cent, to_cents, total

DAY = timedelta(days=1)
WEEK = 7 * DAY
MOVERS = 5
CHART_DAYS = 14
CORRECTED_DAYS = 35  # what changes in older days is told by the statements of their months
NOTHING = Decimal()


@dataclass(frozen=True)
class Part:
    """Dollars of one group: on the days told, and on the seven days before them."""

    now: Decimal = NOTHING
    before: Decimal = NOTHING

    def __add__(self, other: Part) -> Part:
        return Part(self.now + other.now, self.before + other.before)

    def change(self, days: int) -> Decimal:
        """Return by how much more than usual this is; usual is the mean of seven days, for as many as are told."""
        return self.now - self.before * days / 7


@dataclass(frozen=True)
class Balance:
    """Dollars that are left; ``spending`` is of how many projects if it is only of those that spend, a day old."""

    amount: Decimal | None = None
    spending: int | None = None


@dataclass(frozen=True)
class Failures:
    """How many of the requests failed."""

    failed: int
    requests: int


@dataclass(frozen=True)
class Figures:
    """What the provider told of a scope, without the projects in ``unread``, whose days told it did not tell.

    ``totals`` come from the ungrouped breakdown, by day; a day is missing where that of a project is not known.
    ``rows`` go by name; ``ownerless`` is what belongs to none of them. ``final``: no day told is expected to change.
    ``failures`` is None unless it is known of every project and day told.
    """

    totals: Mapping[date, Decimal]
    rows: Mapping[str, Part]
    ownerless: Part = Part()
    details: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    final: bool = False
    unread: tuple[str, ...] = ()
    failures: Failures | None = None


@dataclass(frozen=True)
class Events:
    """What happened to keys and requests on the days told, and what waits now. ``ending`` is within seven days."""

    made: int = 0
    ended: int = 0
    ending: int = 0
    unopened: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Row:
    """One line of the table: dollars to the cent, and the change against the usual; None where that is unknown."""

    name: str
    amount: Decimal
    change: Decimal | None


@dataclass(frozen=True)
class Correction:
    """A day that was told before and differs now: by how much, to the cent, and what it comes to."""

    day: date
    change: Decimal
    total: Decimal


@dataclass(frozen=True)
class Digest:
    """One screen, to the cent. What is None could not be known.

    ``rows`` + ``other`` + ``ownerless`` + ``difference`` = ``total``. ``usual`` is the mean of the seven days before,
    ``last_week`` the same weekdays a week ago, both for as many days as are told.
    """

    days: tuple[date, ...]
    total: Decimal | None
    usual: Decimal | None
    last_week: Decimal | None
    month_to_date: Decimal | None
    forecast: Decimal | None
    budget: Decimal | None
    rows: tuple[Row, ...]
    other: Row
    ownerless: Row
    difference: Decimal
    per_day: tuple[tuple[date, Decimal | None], ...]
    course: tuple[tuple[date, Decimal | None], ...]
    events: Events
    balance: Decimal | None
    balance_days: int | None
    balance_of: int | None
    corrections: tuple[Correction, ...]
    final: bool
    unread: tuple[str, ...] = ()
    told: Mapping[date, Decimal | None] = field(default_factory=dict)
    details: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    failures: Failures | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was spent, nothing happened, and nothing could not be read."""
        calm = not any((self.events.made, self.events.ended, self.events.unopened, self.events.waiting))
        return self.total == 0 and calm and not self.unread and not self.corrections


def first_needed(days: Sequence[date]) -> date:
    """Return the first day that composing these days looks at."""
    return min(days[0] - CORRECTED_DAYS * DAY, days[-1].replace(day=1), days[-1] - (CHART_DAYS - 1) * DAY)


def compose(
    days: tuple[date, ...],
    figures: Figures,
    events: Events,
    *,
    balance: Balance = Balance(),
    budget: Decimal | None = None,
    told_before: Mapping[date, Decimal] | None = None,
) -> Digest:
    """Put a digest together for these days (at least one, oldest first, without gaps).

    ``told_before`` is what earlier digests said of earlier days; what differs by a cent now is a correction.
    """
    before = [days[0] - number * DAY for number in range(1, 8)]
    usual = mean([figures.totals.get(day) for day in before])
    provider = total([figures.totals.get(day) for day in days])
    rows, other, ownerless, difference = _table(figures, len(days), provider, known=usual is not None)
    month_to_date = total([figures.totals.get(day) for day in _days(days[-1].replace(day=1), days[-1])])
    recent = mean([figures.totals.get(days[-1] - number * DAY) for number in range(7)])
    return Digest(
        days=days,
        total=_cent(provider),
        usual=_cent(usual * len(days) if usual is not None else None),
        last_week=_cent(total([figures.totals.get(day - WEEK) for day in days])),
        month_to_date=_cent(month_to_date),
        forecast=_cent(forecast(month_to_date, recent, days[-1])),
        budget=budget,
        rows=rows,
        other=other,
        ownerless=ownerless,
        difference=difference,
        per_day=_per_day(figures, days),
        course=tuple((day, figures.totals.get(day)) for day in _days(days[-1] - (CHART_DAYS - 1) * DAY, days[-1])),
        events=events,
        balance=_cent(balance.amount),
        balance_days=lasts(balance.amount, recent),
        balance_of=balance.spending,
        corrections=corrections(told_before or {}, {} if figures.unread else figures.totals),
        final=figures.final and not figures.unread,
        unread=figures.unread,
        told={day: figures.totals.get(day) for day in days},
        details=figures.details,
        failures=figures.failures,
    )


def corrections(told: Mapping[date, Decimal], totals: Mapping[date, Decimal]) -> tuple[Correction, ...]:
    """Return by how much the provider's figure of a day differs now from what people read, to the cent."""
    return tuple(
        Correction(day, change, totals[day])
        for day, before in sorted(told.items())
        if day in totals and (change := to_cent(totals[day]) - to_cent(before))
    )


def _table(
    figures: Figures, days: int, provider: Decimal | None, *, known: bool
) -> tuple[tuple[Row, ...], Row, Row, Decimal]:
    """Return the rows to show, other, what has no owner, and the provider's own difference, all to the cent.

    ``known`` tells whether the seven days before are known, so that there is a change to tell.
    """
    parts = figures.rows
    moved = sorted(parts, key=lambda name: (-abs(parts[name].change(days)), -parts[name].now, name))
    shown = [name for name in moved[:MOVERS] if parts[name].now or parts[name].change(days)]
    shown.sort(key=lambda name: (-parts[name].now, name))
    other = sum((part for name, part in parts.items() if name not in shown), Part())
    listed = [*(parts[name] for name in shown), other, figures.ownerless]
    difference = provider - sum((part.now for part in listed), NOTHING) if provider is not None else NOTHING
    *cents, apart = to_cents([*(part.now for part in listed), difference])
    rows = [
        Row(name, amount, to_cent(part.change(days)) if known else None)
        for name, part, amount in zip([*shown, "Other", ""], listed, cents, strict=True)
    ]
    return tuple(rows[:-2]), rows[-2], rows[-1], apart


def _per_day(figures: Figures, days: Sequence[date]) -> tuple[tuple[date, Decimal | None], ...]:
    """Return the totals of the days told, to the cent; they add up to the printed total where all are known."""
    known = [figures.totals[day] for day in days if day in figures.totals]
    cents = dict(zip((day for day in days if day in figures.totals), to_cents(known), strict=True))
    return tuple((day, cents.get(day)) for day in days)


def _days(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


def _cent(amount: Decimal | None) -> Decimal | None:
    return to_cent(amount) if amount is not None else None
