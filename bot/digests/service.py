"""What a digest says, from figures that were read: pure.

Every amount of a breakdown stands in exactly one row, in *other*, or in the row of what has no owner; so the rows add
up to what the provider broke down, and ``difference`` is what separates that from the provider's own total.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from bot.digests.scope import DigestScope
from bot.money import FORECAST_FROM_DAY, days_left, forecast, mean, to_cent, to_cents, total
from bot.prices import Unpriced
from bot.spending.usual import usual_of

OTHER, UNSPLIT = "Other", "Not split by the provider"
OWNERLESS: Mapping[str, str] = {
    "customer": "Untagged",
    "project": "Without a project",
    "key": "Without a key",
    "line item": "Without a line item",
}
DAY = timedelta(days=1)
WEEK = 7 * DAY
MOVERS = 5
CHART_DAYS = 14
CORRECTED_DAYS = 35  # what changes in older days is told by the statements of their months
NOTHING = Decimal()

Details = Mapping[str, Sequence[tuple[str, Decimal]]]
"""Each way to split some days, and its amounts by name."""


@dataclass(frozen=True)
class DigestPart:
    """Dollars of one group: on the days told, and on the days that they are compared with."""

    now: Decimal = NOTHING
    before: Decimal = NOTHING

    def __add__(self, other: DigestPart) -> DigestPart:
        return DigestPart(self.now + other.now, self.before + other.before)

    @property
    def change(self) -> Decimal:
        """By how much more than usual this is."""
        return self.now - self.before


@dataclass(frozen=True)
class BalanceLine:
    """Dollars that are left in one project (its name), and the days that they last at what it spent lately.

    Projects share no balance, so balances are never added up.
    """

    project: str
    amount: Decimal
    days: int | None = None


@dataclass(frozen=True)
class Failures:
    """How many of the API calls failed, and how many were answered: the report of usage counts these only."""

    failed: int
    answered: int


@dataclass(frozen=True)
class DigestFigures:
    """What the provider told of a scope, without the projects in ``unread``, whose days told it did not tell.

    ``totals`` come from the ungrouped breakdown, by day; a day is missing where that of a project is not known.
    ``earlier`` are, while there are unread projects, the totals of the days before with what is known of those too.
    ``rows`` are named parts; ``ownerless`` is what belongs to none of them. ``details`` are named amounts of each way
    to split the days told. ``final``: no day told is expected to change. ``failures`` is None unless it is known of
    every project and day told. ``unpriced`` are projects of which not all dollars of the days told are told at all, and
    ``untold`` those of the days of which nothing is.
    """

    totals: Mapping[date, Decimal]
    rows: Sequence[tuple[str, DigestPart]]
    ownerless: DigestPart = DigestPart()
    details: Details = field(default_factory=dict)
    final: bool = False
    unread: tuple[str, ...] = ()
    failures: Failures | None = None
    scope: DigestScope = field(default_factory=DigestScope)
    earlier: Mapping[date, Decimal] = field(default_factory=dict)
    unpriced: tuple[Unpriced, ...] = ()
    untold: frozenset[date] = frozenset()

    @property
    def course(self) -> Mapping[date, Decimal]:
        """What is known of every day: only that of the same projects can be compared with the days told."""
        return {**self.totals, **self.earlier}


@dataclass(frozen=True)
class Events:
    """What happened to keys and requests on the days told, and what waits now. ``ending`` is within seven days."""

    made: int = 0
    ended: int = 0
    ending: int = 0
    unopened: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class DigestRow:
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
class Snapshot:
    """What a digest says of the moment at which it is posted: it stays so, whatever its days come to later."""

    events: Events = Events()
    balances: tuple[BalanceLine, ...] = ()
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True)
class Table:
    """What moved most, to the cent: all rows together are the provider's total, and their changes its change.

    ``unsplit`` is what the provider's total has beyond what it splits.
    """

    rows: tuple[DigestRow, ...]
    other: DigestRow
    ownerless: DigestRow
    unsplit: DigestRow


@dataclass(frozen=True)
class Digest:
    """One screen, to the cent. What is None could not be known.

    ``usual`` is the sum of what is usual for each of the days (`bot.spending.usual`), of the last four weeks so many as
    ``weeks`` says were known for one of them or another. ``last_week`` is that of the same
    weekdays a week ago. ``month_to_date`` and ``forecast`` are those of the day ``known_to``; before the fifth day of a
    month there is no forecast.
    """

    days: tuple[date, ...]
    total: Decimal | None
    usual: Decimal | None
    last_week: Decimal | None
    month_to_date: Decimal | None
    forecast: Decimal | None
    budget: Decimal | None
    table: Table
    per_day: tuple[tuple[date, Decimal | None], ...]
    course: tuple[tuple[date, Decimal | None], ...]
    snapshot: Snapshot
    final: bool
    unread: tuple[str, ...] = ()
    told: Mapping[date, Decimal | None] = field(default_factory=dict)
    details: Details = field(default_factory=dict)
    failures: Failures | None = None
    scope: DigestScope = field(default_factory=DigestScope)
    known_to: date = date.min
    unpriced: tuple[Unpriced, ...] = ()
    weeks: frozenset[int] = frozenset()

    @property
    def empty(self) -> bool:
        """Whether nothing was spent, nothing happened, no request failed, and nothing could not be read."""
        events = self.snapshot.events
        happened = any((events.made, events.ended, events.unopened, events.waiting, self.snapshot.corrections))
        failed = self.failures is not None and self.failures.failed > 0
        return self.total == 0 and not (happened or failed or self.unread)


def first_needed(days: Sequence[date]) -> date:
    """Return the first day that composing these days looks at."""
    return min(days[0] - CORRECTED_DAYS * DAY, days[-1].replace(day=1), days[-1] - (CHART_DAYS - 1) * DAY)


def compose(
    days: tuple[date, ...],
    figures: DigestFigures,
    events: Events,
    *,
    balances: Sequence[BalanceLine] = (),
    budget: Decimal | None = None,
    told_before: Mapping[date, Decimal] | None = None,
) -> Digest:
    """Put a digest together for these days (at least one, oldest first, without gaps).

    ``told_before`` is what earlier digests said of earlier days; what differs by a cent now is a correction.
    """
    provider = provider_total(figures.totals, days, figures.untold)
    if figures.unpriced and not provider:
        provider = None  # that it is nothing is not told
    alike = figures.totals if provider is not None else figures.course
    known = [usual_of(day, alike) for day in days]
    usual = total([each.amount if each is not None else None for each in known])
    known_to = days[-1] if provider is not None else days[0] - DAY
    so_far, heading_for = _month(figures, days[-1].replace(day=1), known_to)
    corrected = corrections(told_before or {}, {} if figures.unread else figures.totals)
    return Digest(
        days=days,
        total=_cent(provider),
        usual=_cent(usual),
        weeks=frozenset(each.weeks for each in known if each is not None),
        last_week=_cent(total([alike.get(day - WEEK) for day in days])),
        month_to_date=so_far,
        forecast=heading_for,
        budget=budget,
        table=_table(figures, provider, usual),
        per_day=_per_day(figures, days),
        course=tuple((day, figures.course.get(day)) for day in _days(days[-1] - (CHART_DAYS - 1) * DAY, days[-1])),
        snapshot=Snapshot(events, tuple(balances), corrected),
        final=figures.final and not figures.unread,
        unread=figures.unread,
        told={day: figures.totals.get(day) for day in days},
        details=figures.details,
        failures=figures.failures,
        scope=figures.scope,
        known_to=known_to,
        unpriced=figures.unpriced,
    )


def _month(figures: DigestFigures, first: date, known_to: date) -> tuple[Decimal | None, Decimal | None]:
    """Return what a month has come to and where it is heading; nothing while none of its days is known."""
    days, last_week = _days(first, known_to), [known_to - number * DAY for number in range(7)]
    recent = mean([figures.course.get(day) for day in last_week])
    so_far = total([figures.course.get(day) for day in days]) if days else None
    return _cent(so_far), _cent(_forecast(so_far, recent, known_to)) if days else None


def provider_total(
    totals: Mapping[date, Decimal], days: Sequence[date], untold: Collection[date] = ()
) -> Decimal | None:
    """Add up some days without those of which no dollars are told; None if any other is not known, or none is left."""
    told = [totals.get(day) for day in days if day not in untold]
    return total(told) if told else None


def corrections(told: Mapping[date, Decimal], totals: Mapping[date, Decimal]) -> tuple[Correction, ...]:
    """Return by how much the provider's figure of a day differs now from what people read, to the cent."""
    return tuple(
        Correction(day, change, totals[day])
        for day, before in sorted(told.items())
        if day in totals and (change := to_cent(totals[day]) - to_cent(before))
    )


def _forecast(month_to_date: Decimal | None, recent: Decimal | None, known_to: date) -> Decimal | None:
    if known_to.day < FORECAST_FROM_DAY:
        return None
    return forecast(month_to_date, recent, days_left(known_to, known_to))


def _table(figures: DigestFigures, provider: Decimal | None, usual: Decimal | None) -> Table:
    """Choose the rows to show, and put the others together; without a usual there is no change to tell."""
    moved = sorted(figures.rows, key=lambda row: (-abs(row[1].change), -row[1].now, row[0]))
    first = [(name, part) for name, part in moved[:MOVERS] if part.now or part.change]
    other = sum((part for _, part in moved[MOVERS:]), DigestPart())
    listed = [*first, (OTHER, other), ("", figures.ownerless)]
    split = sum((part for _, part in listed), DigestPart())
    beyond = DigestPart(
        provider - split.now if provider is not None else NOTHING,
        usual - split.before if usual is not None else NOTHING,
    )
    parts = [*listed, (UNSPLIT, beyond)]
    now, before = to_cents([part.now for _, part in parts]), to_cents([part.before for _, part in parts])
    rows = [
        DigestRow(name, amount, amount - earlier if usual is not None else None)
        for (name, _), amount, earlier in zip(parts, now, before, strict=True)
    ]
    return Table(tuple(rows[:-3]), rows[-3], rows[-2], rows[-1])


def _per_day(figures: DigestFigures, days: Sequence[date]) -> tuple[tuple[date, Decimal | None], ...]:
    """Return the totals of the days told, to the cent; they add up to the printed total where all are known."""
    known = [figures.totals[day] for day in days if day in figures.totals]
    cents = dict(zip((day for day in days if day in figures.totals), to_cents(known), strict=True))
    return tuple((day, cents.get(day)) for day in days)


def _days(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


def _cent(amount: Decimal | None) -> Decimal | None:
    return to_cent(amount) if amount is not None else None
