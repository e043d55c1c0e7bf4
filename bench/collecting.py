"""A thousand projects collected: how near the wall time comes to what the provider's delay alone would take."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
from pydantic import SecretStr
from sqlmodel import Session, col, func, select

from bench.meter import memory_of
from bench.table import Row
from bot.engine.carrier import DbosEngine
from bot.providers.deepgram.client import Deepgram
from bot.store import heartbeats, projects, scheduled_jobs, schema
from bot.store.collections import Collection
from bot.store.database import Database
from bot.usage.collecting import UsageCollection
from bot.usage.jobs import UsageJobs
from bot.usage.leases import LEASES
from tests.clocks import SetClock

PROJECTS = 1_000
BUSY_EVERY = 10  # one project in ten spends; the others have nothing to split
KEYS = 20
HISTORY_DAYS = 31
DELAY = 0.1
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
REST = 6  # seconds of a Retry-After that the transport does not wait out by itself


class Provider:
    """Answers each report after a fixed delay, in this process; ``refusals`` of the next calls are answered 429."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, date]] = []
        self.refusals = 0
        self.refused_at: list[float] = []

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one call, late."""
        start, end = (date.fromisoformat(request.url.params[name][:10]) for name in ("start", "end"))
        self.calls.append((time.monotonic(), start))
        await asyncio.sleep(DELAY)
        if self.refusals:
            self.refusals -= 1
            self.refused_at.append(time.monotonic())
            return httpx.Response(429, headers={"Retry-After": str(REST)})
        project_id, report = request.url.path.split("/")[3:5]
        if report == "requests":
            return httpx.Response(200, json={"requests": []})
        if int(project_id[:8]) % BUSY_EVERY:
            return httpx.Response(200, json={"results": []})
        groupings = tuple(request.url.params.get_list("grouping"))
        return httpx.Response(200, content=_report(report, groupings, start, end))


@cache
def _report(report: str, groupings: tuple[str, ...], start: date, end: date) -> bytes:
    return json.dumps({"results": list(_results(report, groupings, start, end))}).encode()


def _results(report: str, groupings: tuple[str, ...], start: date, end: date) -> Iterator[dict[str, Any]]:
    by_key = "accessor" in groupings
    for number in range((end - start).days + 1):
        for key in range(KEYS if by_key else 1):
            told = dict.fromkeys(groupings, "one") | {"tags": ["one"], "models": ["one"]} if groupings else {}
            told |= {"accessor": str(uuid5(NAMESPACE_URL, f"{key}"))} if by_key else {}
            amount = 1 if by_key else KEYS
            figures = {"dollars": amount / 100} if report == "billing" else {"hours": amount / 4, "requests": amount}
            yield figures | {"grouping": told | {"start": f"{start + timedelta(days=number)}"}}


async def collected(name: str, database_url: str) -> list[Row]:
    """Collect all projects into an empty database, an hour later those days that are not settled, and meet a 429."""
    database, provider, clock = Database(database_url), Provider(), SetClock(NOW)
    client = httpx.AsyncClient(transport=httpx.MockTransport(provider.answer))
    deepgram = Deepgram(SecretStr("none"), "http://provider.example", client=client)
    engine = DbosEngine(database.engine, database.transaction, scheduled_jobs, heartbeats, clock, role="bench")
    await asyncio.to_thread(schema.upgrade, database)
    await database.write(_projects)
    jobs = UsageJobs(database, engine, clock, UsageCollection(database, deepgram, HISTORY_DAYS))
    await engine.start({"usage.plan": jobs.plan, "usage.collect": jobs.collect})
    try:
        before = memory_of(os.getpid()) or 0
        first = await _round(database, provider, jobs, clock)
        grown = (memory_of(os.getpid()) or 0) - before
        again = await _round(database, provider, jobs, clock)
        settled = sum(start < NOW.date() - timedelta(days=9) for _, start in provider.calls)
        early = await _refused(provider, jobs, clock)
    finally:
        await engine.stop()
        await client.aclose()
        database.close()
    what = f"{name}: {PROJECTS:,} projects collected"
    return [
        _ratio(f"{what}, wall time of calls × delay ÷ {len(LEASES)} at once", *first),
        Row(f"{what}, resident memory gained", grown, "MB", 60),
        _ratio(f"{what} again an hour later, the same", *again),
        Row(f"{what} again, calls that ask for settled days", settled, "calls", 0),
        Row(f"{what}, calls during a Retry-After of {REST} s", early, "calls", 0, "those under way left aside"),
    ]


def _ratio(name: str, seconds: float, calls: int) -> Row:
    note = f"{seconds:.0f} s, {calls:,} calls of {DELAY * 1000:.0f} ms"
    return Row(name, seconds / (calls * DELAY / len(LEASES)), "×", 1.1, note)


async def _round(database: Database, provider: Provider, jobs: UsageJobs, clock: SetClock) -> tuple[float, int]:
    """Let everything become due and wait until all of it was read; return seconds and calls."""
    provider.calls.clear()
    await jobs.plan("all", clock.now())
    clock.move(timedelta(hours=1))
    begun = clock.now()
    while await database.read(lambda session: _unread(session, begun)):  # noqa: ASYNC110 - rows say when it is over
        await asyncio.sleep(0.2)
    made = [moment for moment, _ in provider.calls]
    return max(made) + DELAY - min(made), len(made)


async def _refused(provider: Provider, jobs: UsageJobs, clock: SetClock) -> int:
    """Answer 429 to what is under way and count the calls of the next seconds."""
    provider.calls.clear()
    provider.refusals = len(LEASES)
    await jobs.plan("all", clock.now())
    clock.move(timedelta(hours=1))
    while provider.refusals:  # noqa: ASYNC110 - the provider has no event for it
        await asyncio.sleep(0.05)
    told = max(provider.refused_at)
    await asyncio.sleep(REST - 1)
    return sum(moment > told + DELAY for moment, _ in provider.calls)


def _unread(session: Session, since: datetime) -> int:
    unread = col(Collection.read_at).is_(None) | (col(Collection.read_at) < since)
    return session.exec(select(func.count()).select_from(Collection).where(unread)).one()


def _projects(session: Session) -> None:
    projects.mirror(session, _listed(), NOW)


def _listed() -> Iterable[tuple[str, str]]:
    return ((f"{number:08}-0000-4000-8000-000000000000", f"customer {number:04}") for number in range(PROJECTS))
