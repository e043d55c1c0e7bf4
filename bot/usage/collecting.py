"""Collection: the figures of one project, read from the provider into the store.

The two ungrouped reports come first. Only days whose totals moved since the last reading are asked for in detail, in
one call a grouping (`bot.usage.splits`), and once more days that settle; a quiet project costs two calls. All days of
one answer are written in one transaction. What one report or one split does not tell takes nothing from the others.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlmodel import Session

from bot.errors import ProviderError, RateLimited, Unavailable
from bot.store import collected, collections, fact_rows, recollection, splits
from bot.store.collected import CollectedDay
from bot.store.database import Database
from bot.store.fact_rows import TOTAL
from bot.store.facts import Which, usage_by
from bot.store.splits import Splits
from bot.usage.comparing import ComparedReading, Totals, differs, known_after
from bot.usage.failures import RecordedRequests, count_failures
from bot.usage.leases import RESTING, Rest, let_rest, resting_until
from bot.usage.reading import ReportPeriod, spend_totals, usage_rows
from bot.usage.settling import is_settled, lacks_rows
from bot.usage.splits import DEFINITE, SplitReports, SplitsFound, Splitting, trouble_of

HISTORY_DAYS = 92
LONGEST_PERIOD = 31  # days in one call: over a long window a report might tell other periods than days


class Reports(RecordedRequests, SplitReports, Protocol):
    """The provider's two reports and its records of requests."""


@dataclass(frozen=True)
class _Wanted:
    """The days to be read, and whether whole months are among them that were not read for long."""

    period: ReportPeriod
    months: bool


class UsageCollection:
    """Reads figures of single projects; what asks for it and how often is in ``jobs.py``."""

    def __init__(self, database: Database, reports: Reports, history_days: int = HISTORY_DAYS) -> None:
        self._database = database
        self._reports = reports
        self._refreshing: dict[str, asyncio.Task[str | None]] = {}
        self.rest = Rest()
        self.history_days = history_days

    def first_day(self, now: datetime) -> date:
        """Return the oldest day of which figures are wanted, for a project seen for the first time now."""
        return now.date() - timedelta(days=self.history_days - 1)

    async def collect(self, project_id: str, now: datetime) -> str | None:
        """Read every day that may still change, up to today, and twice a month whole months again.

        Returns what the provider does not let us read, if so.

        Raises:
            ProviderError: something could not be read. What was read before stays, and so does what could be read.
        """
        wanted = await self._database.read(lambda session: self._wanted(session, project_id, now))
        parts = [await self._collect(project_id, part, now) for part in wanted.period.parts(LONGEST_PERIOD)]
        trouble = next((part.trouble for part in parts if part.trouble is not None), None)
        if trouble is not None:
            raise trouble
        if wanted.months:
            await self._database.write(lambda session: collections.note_reread(session, project_id, now))
        return parts[-1].problem

    async def count_failures(self, project_id: str) -> None:
        """Count the failed requests of the days that were read.

        Raises:
            RateLimited: the provider wants to be left alone.
        """
        await count_failures(self._database, self._reports, project_id)

    async def refresh(self, project_id: str, now: datetime) -> str | None:
        """Read today so far, for somebody who asks now, once for all who ask this process meanwhile.

        A project never read before is read whole. Returns what the provider does not let us read, if so.

        Raises:
            ProviderError: it could not be read, or the leases rest; what is known stays.
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
        self.rest.told(await self._database.write(lambda session: let_rest(session, told, now)))
        raise told

    async def _read_now(self, project_id: str, now: datetime) -> str | None:
        known = await self._database.read(lambda session: collections.get(session, project_id))
        if known is not None and known.read_at is not None:
            told = await self._collect(project_id, ReportPeriod(now.date(), now.date()), now)
            if told.trouble is not None:
                raise told.trouble
            return told.problem
        problem = await self.collect(project_id, now)  # the failed requests come by themselves
        await self._database.write(lambda session: collections.succeeded(session, project_id, now, problem))
        return problem

    def _wanted(self, session: Session, project_id: str, now: datetime) -> _Wanted:
        known = collections.get(session, project_id)
        first = known.first_day if known else self.first_day(now)
        if known is None or known.read_at is None:  # the days read so far may have a gap behind them
            return _Wanted(ReportPeriod(min(first, now.date()), now.date()), months=True)
        # What might not be read before is read once everything may be.
        had_both = collected.had_both(session, project_id)
        oldest = collected.oldest_unsettled(session, project_id, or_untold=had_both)
        months = recollection.to_recollect(known.reread_at or known.read_at, now)
        start = min(oldest or now.date(), now.date(), *([] if months is None else [max(months, first)]))
        return _Wanted(ReportPeriod(start, now.date()), months=months is not None)

    async def _collect(self, project_id: str, period: ReportPeriod, now: datetime) -> Totals:
        """Read a period and write what was told; a limit of calls is raised once that is done."""
        told = await self._totals(project_id, period)
        compared = await self._database.read(lambda session: _compared(session, project_id, period, told, now))
        reading = ComparedReading(told, compared.moved)
        if wanted := compared.moved | compared.lacking:
            part = ReportPeriod(min(wanted), max(wanted))
            reading_of_splits = Splitting(self._reports, project_id, part, compared.splits, now)
            reading = ComparedReading(told, compared.moved, part, await _details(reading_of_splits, told, part))
        first_day = self.first_day(now)
        await self._database.write(lambda session: _save(session, project_id, period, reading, first_day, now))
        trouble = trouble_of(reading.found)
        if trouble is not None:
            raise trouble
        told.odd += reading.found.odd
        told.problems += [each.text for each in reading.found.troubles]
        return told

    async def _totals(self, project_id: str, period: ReportPeriod) -> Totals:
        """Read both reports; one that cannot be read takes nothing from the other.

        Raises:
            ProviderError: neither can be read, or nobody may call any more.
        """
        told, missing = Totals(), list[ProviderError]()
        for read in (self._spend_totals, self._usage_totals):
            try:
                await read(project_id, period, told)
            except DEFINITE as refused:
                missing.append(refused)
                told.problems.append(refused.text)
            except Unavailable as trouble:
                missing.append(trouble)
                told.trouble = trouble
        if told.spend is None and told.usage is None:
            raise missing[0]
        return told

    async def _spend_totals(self, project_id: str, period: ReportPeriod, told: Totals) -> None:
        billing = await self._reports.billing_breakdown(project_id, start=period.start, end=period.end)
        read = spend_totals(billing, period)
        told.spend, told.odd = read.days, told.odd + read.odd

    async def _usage_totals(self, project_id: str, period: ReportPeriod, told: Totals) -> None:
        usage = await self._reports.usage_breakdown(project_id, start=period.start, end=period.end)
        read = usage_rows(usage, TOTAL, period)
        told.usage, told.odd = read.days, told.odd + read.odd


async def _details(reading_of_splits: Splitting, told: Totals, period: ReportPeriod) -> SplitsFound:
    """Ask for every split of what is not nothing."""
    days = period.days()
    priced = told.spend is not None and any(told.price(day)[0] != 0 for day in days)
    return await reading_of_splits.read(dollars=priced, usage=any(map(told.used, days)))


@dataclass(frozen=True)
class _Compared:
    """The days that differ from the last reading, and others whose rows are to be read again."""

    moved: frozenset[date]
    lacking: frozenset[date]
    splits: Splits


def _compared(session: Session, project_id: str, period: ReportPeriod, told: Totals, now: datetime) -> _Compared:
    """Compare what is told now with the last reading.

    Rows are read again of days that settle now, and of days whose rows did not come to their total or were not told.
    """
    known = collected.of_project(session, project_id, period.start, period.end)
    seen = splits.of(session, project_id)
    again = not seen.untold or any(seen.is_due(each, now) for each in seen.untold)
    which = Which(period.start, period.end, (project_id,))
    used = {row.day: row.figures for row in usage_by(session, which, "total", by_day=True)}
    moved, lacking = set(), set()
    for day in period.days():
        before = known.get(day)
        if before is None or differs(before, used.get(day), told, day):
            moved.add(day)
        elif not before.settled and ((again and _lacks(before)) or is_settled(day, before.same_since, now)):
            lacking.add(day)
    return _Compared(frozenset(moved), frozenset(lacking), seen)


def _lacks(before: CollectedDay) -> bool:
    return lacks_rows(before) or not before.split


def _save(
    session: Session, project_id: str, period: ReportPeriod, reading: ComparedReading, first_day: date, now: datetime
) -> None:
    """Write what was read, unless a reading that began later was written in the meantime."""
    collections.ensure(session, project_id, first_day, now)
    collections.lock(session, project_id)
    known = collected.of_project(session, project_id, period.start, period.end)
    days = [day for day in period.days() if day not in known or known[day].read_at <= now]
    after = {day: known_after(known.get(day), project_id, day, reading, now) for day in days}
    facts = {day: made for day in days if (made := reading.facts(day)) is not None}
    facts = {day: replace(made, spend=None) if after[day].keeps else made for day, made in facts.items()}
    fact_rows.replace(session, project_id, facts, reading.found.kept if reading.split else ())
    collected.put(session, [each.day for each in after.values()])
    if reading.split is not None:
        splits.note(session, project_id, reading.found.splits)
