"""Collection: the figures of one project, read from the provider into the store.

The two ungrouped reports come first. Only days whose totals moved since the last reading are asked for in detail, in
one call a grouping, and once more days that settle; a quiet project costs two calls. All days of one answer are written
in one transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol, get_args

from sqlmodel import Session

from bot.errors import RateLimited, ScopeMissing, Unavailable
from bot.providers.deepgram.billing import Billing, BillingGrouping
from bot.providers.deepgram.usage import Grouping, Usage
from bot.store import collected, collections, fact_rows, rereading
from bot.store.collected import CollectedDay
from bot.store.database import Database
from bot.store.fact_rows import TOTAL, DayFacts, Figures, UsageOf
from bot.store.facts import Which, usage_by
from bot.usage.failures import Permit, RecordedRequests, count_failures
from bot.usage.holding import RESTING, let_rest, resting_until
from bot.usage.reading import Period, SpendOfDays, UsageOfDays, spend_rows, spend_totals, usage_rows
from bot.usage.settling import following, is_settled, lacks_rows

HISTORY_DAYS = 92
LONGEST_PERIOD = 31  # days in one call: over a long window a report might tell other periods than days
EVERYTHING = UsageOf(TOTAL, "")


class Reports(RecordedRequests, Protocol):
    """The provider's two reports and its records of requests; `bot.providers.deepgram.client.Deepgram` satisfies it."""

    async def billing_breakdown(
        self, project_id: str, grouping: Iterable[BillingGrouping] = (), *, start: date, end: date
    ) -> Billing:
        """Return dollars per day, split by any of the groupings."""
        ...

    async def usage_breakdown(
        self, project_id: str, grouping: Grouping | None = None, *, start: date, end: date
    ) -> Usage:
        """Return usage per day, split by one grouping or none."""
        ...


@dataclass
class _Told:
    """What was told of a period: totals by day (None where they may not be read), and what may not be read."""

    spend: Mapping[date, Decimal] | None
    usage: UsageOfDays | None
    problem: str | None


@dataclass(frozen=True)
class _Wanted:
    """The days to be read, and whether whole months are among them that were not read for long."""

    period: Period
    months: bool


@dataclass(frozen=True)
class _Reading:
    """A period as read: its totals, which days moved, and the facts of the days that were read in detail."""

    told: _Told
    moved: frozenset[date]
    facts: Mapping[date, DayFacts] = field(default_factory=dict)


async def _always() -> None:
    """Permit every call."""


class UsageCollection:
    """Reads figures of single projects; what asks for it and how often is in ``jobs.py``."""

    def __init__(self, database: Database, reports: Reports, history_days: int = HISTORY_DAYS) -> None:
        self._database = database
        self._reports = reports
        self._refreshing: dict[str, asyncio.Task[str | None]] = {}
        self.history_days = history_days

    def first_day(self, now: datetime) -> date:
        """Return the oldest day of which figures are wanted, for a project seen for the first time now."""
        return now.date() - timedelta(days=self.history_days - 1)

    async def collect(self, project_id: str, now: datetime, permit: Permit = _always) -> str | None:
        """Read every day that may still change, up to today, and twice a month whole months again.

        Returns what the provider does not let us read, if so.

        Raises:
            ProviderError: something could not be read. What was read before stays.
        """
        wanted = await self._database.read(lambda session: self._wanted(session, project_id, now))
        parts = [await self._collect(project_id, part, now, permit) for part in wanted.period.parts(LONGEST_PERIOD)]
        if wanted.months:
            await self._database.write(lambda session: collections.note_reread(session, project_id, now))
        return parts[-1]

    async def count_failures(self, project_id: str, permit: Permit = _always) -> None:
        """Count the failed requests of the days that were read.

        Raises:
            RateLimited: the provider wants to be left alone.
        """
        await count_failures(self._database, self._reports, project_id, permit)

    async def refresh(self, project_id: str, now: datetime) -> str | None:
        """Read today so far, for somebody who asks now, once for all who ask this process meanwhile.

        A project never read before is read whole. Returns what the provider does not let us read, if so.

        Raises:
            ProviderError: it could not be read, or the lanes rest; what is known stays.
        """
        if project_id not in self._refreshing:
            task = asyncio.create_task(self._refresh(project_id, now))
            self._refreshing[project_id] = task
            task.add_done_callback(lambda _: self._refreshing.pop(project_id))
        return await asyncio.shield(self._refreshing[project_id])

    async def _refresh(self, project_id: str, now: datetime) -> str | None:
        until = await self._database.read(lambda session: resting_until(session, now))
        if until is not None:
            raise Unavailable(RESTING.format(until=until))
        try:
            return await self._read_now(project_id, now)
        except RateLimited as limited:
            told = limited
        await self._database.write(lambda session: let_rest(session, told, now))
        raise told

    async def _read_now(self, project_id: str, now: datetime) -> str | None:
        known = await self._database.read(lambda session: collections.get(session, project_id))
        if known is not None and known.read_at is not None:
            return await self._collect(project_id, Period(now.date(), now.date()), now, _always)
        problem = await self.collect(project_id, now)  # the failed requests come by themselves
        await self._database.write(lambda session: collections.succeeded(session, project_id, now, problem))
        return problem

    def _wanted(self, session: Session, project_id: str, now: datetime) -> _Wanted:
        known = collections.get(session, project_id)
        first = known.first_day if known else self.first_day(now)
        if known is None or known.read_at is None:  # the days read so far may have a gap behind them
            return _Wanted(Period(min(first, now.date()), now.date()), months=True)
        # What might not be read before is read once everything may be.
        oldest = collected.oldest_unsettled(session, project_id, or_untold=known.problem is None)
        months = rereading.to_reread(known.reread_at or known.read_at, now)
        start = min(oldest or now.date(), now.date(), *([] if months is None else [max(months, first)]))
        return _Wanted(Period(start, now.date()), months=months is not None)

    async def _collect(self, project_id: str, period: Period, now: datetime, permit: Permit) -> str | None:
        told = await self._totals(project_id, period, permit)
        moved, lacking = await self._database.read(lambda session: _compared(session, project_id, period, told, now))
        facts: Mapping[date, DayFacts] = {}
        if wanted := moved | lacking:
            facts = await self._details(project_id, Period(min(wanted), max(wanted)), told, permit)
        reading = _Reading(told, moved, facts)
        first_day = self.first_day(now)
        await self._database.write(lambda session: _save(session, project_id, period, reading, first_day, now))
        return told.problem

    async def _totals(self, project_id: str, period: Period, permit: Permit) -> _Told:
        told = _Told(None, None, None)
        try:
            await permit()
            billing = await self._reports.billing_breakdown(project_id, start=period.start, end=period.end)
            told.spend = spend_totals(billing, period)
        except ScopeMissing as missing:
            told.problem = missing.text
        try:
            await permit()
            usage = await self._reports.usage_breakdown(project_id, start=period.start, end=period.end)
            told.usage = usage_rows(usage, TOTAL, period)
        except ScopeMissing as missing:
            if told.problem is not None:
                raise
            told.problem = missing.text
        return told

    async def _details(self, project_id: str, period: Period, told: _Told, permit: Permit) -> dict[date, DayFacts]:
        """Ask for every grouping of what is not nothing."""
        days = period.days()
        spend: SpendOfDays = {}
        usage: list[UsageOfDays] = [told.usage or {}]
        if any((told.spend or {}).get(day) for day in days):
            await permit()
            by = get_args(BillingGrouping)
            billing = await self._reports.billing_breakdown(project_id, by, start=period.start, end=period.end)
            spend = spend_rows(billing, period)
        if any((told.usage or {}).get(day) for day in days):
            for dimension in get_args(Grouping):
                await permit()
                used = await self._reports.usage_breakdown(project_id, dimension, start=period.start, end=period.end)
                usage.append(usage_rows(used, dimension, period))
        return {
            day: DayFacts(
                None if told.spend is None else spend.get(day, {}),
                None if told.usage is None else _together(usage, day),
            )
            for day in days
        }


def _together(parts: list[UsageOfDays], day: date) -> dict[UsageOf, Figures]:
    return {line: figures for part in parts for line, figures in part.get(day, {}).items()}


def _compared(
    session: Session, project_id: str, period: Period, told: _Told, now: datetime
) -> tuple[frozenset[date], frozenset[date]]:
    """Return the days that differ from the last reading, and others whose rows are to be read again.

    Those are days that settle now, and days whose rows did not come to their total.
    """
    known = collected.of_project(session, project_id, period.start, period.end)
    which = Which(period.start, period.end, (project_id,))
    used = {row.day: row.figures for row in usage_by(session, which, "total", by_day=True)}
    moved, lacking = set(), set()
    for day in period.days():
        before = known.get(day)
        if before is None or _differs(before, used.get(day), told, day):
            moved.add(day)
        elif not before.settled and (lacks_rows(before) or is_settled(day, before.same_since, now)):
            lacking.add(day)
    return frozenset(moved), frozenset(lacking)


def _differs(before: CollectedDay, used: Figures | None, told: _Told, day: date) -> bool:
    if told.spend is not None and told.spend[day] != before.spend_total:
        return True
    return told.usage is not None and told.usage.get(day, {}).get(EVERYTHING) != used


def _save(session: Session, project_id: str, period: Period, reading: _Reading, first_day: date, now: datetime) -> None:
    """Write what was read, unless a reading that began later was written in the meantime."""
    collections.ensure(session, project_id, first_day, now)
    collections.lock(session, project_id)
    known = collected.of_project(session, project_id, period.start, period.end)
    days = [day for day in period.days() if day not in known or known[day].read_at <= now]
    fact_rows.replace(session, project_id, {day: reading.facts[day] for day in days if day in reading.facts})
    collected.put(session, [_known_after(known.get(day), project_id, day, reading, now) for day in days])


def _known_after(
    before: CollectedDay | None, project_id: str, day: date, reading: _Reading, now: datetime
) -> CollectedDay:
    total, rows = (before.spend_total, before.spend_rows) if before else (None, Decimal())
    if reading.told.spend is not None:
        total = reading.told.spend[day]
    spend = reading.facts[day].spend if day in reading.facts else None
    if spend is not None:
        rows = sum(spend.values(), Decimal())
    unused = reading.told.usage is not None and _requests(reading.told.usage, day) == 0
    after = following(before, project_id, day, total, rows, now, moved=day in reading.moved, unused=unused)
    after.spend_told, after.usage_told = reading.told.spend is not None, reading.told.usage is not None
    return after


def _requests(usage: UsageOfDays, day: date) -> int | None:
    """Return how many requests were made on a day; the provider leaves out days of nothing."""
    return usage.get(day, {}).get(EVERYTHING, Figures(requests=0)).requests
