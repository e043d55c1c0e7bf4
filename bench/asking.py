"""Whole answers to `/usage` over a year of every project: sums, total, comparison, names and how surely it is known."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

from bench.table import Row
from bot.access.access import Access
from bot.errors import Unavailable
from bot.operation import Actor
from bot.policy import Policy
from bot.spending.periods import Period
from bot.store.database import Database
from bot.usage.collecting import UsageCollection
from bot.usage.figures.question import EVERYWHERE, Question
from bot.usage.figures.service import FiguresReading
from bot.usage.model_names import ModelNames
from tests.clocks import SetClock

OWNER = Actor(team_id="T0BENCH", user_id="U0OWNER")
FIXED = frozenset({OWNER.user_id})
POLICY = Policy({})  # a figure asks nobody's leave: the door did
SPLITS = ("day", "project", "customer", "person", "key", "line item", "tag set")
TIMES = 5


class _Away:
    """A provider that does not answer: these questions are the store's alone."""

    async def billing_breakdown(self, *_: object, **__: object) -> Any:
        raise Unavailable("Nobody is asked.")

    usage_breakdown = request_page = project_models = billing_fields = billing_breakdown


async def answers(name: str, database: Database, first: date, last: date, goal: float) -> list[Row]:
    """Time the answer to each split of all projects from the first to the last day."""
    clock, away = SetClock(datetime.combine(last + timedelta(days=1), time_of_day(9), tzinfo=UTC)), _Away()
    collection, names = UsageCollection(database, away), ModelNames(away, clock)
    reading = FiguresReading(database, clock, collection, names)
    period = Period(name="", first=first, last=last)
    asked = {by: Question(period=period, by=by, project=EVERYWHERE) for by in SPLITS}
    titles = {by: f"{name}: /usage of all projects by {by}, a year" for by in SPLITS}
    return [await _timed(titles[by], database, reading, question, goal) for by, question in asked.items()]


async def _timed(name: str, database: Database, reading: FiguresReading, question: Question, goal: float) -> Row:
    taken, begun_cpu = [], time.process_time()
    for _ in range(TIMES):
        begun = time.perf_counter()
        access = await database.read(lambda session: Access.load(session, OWNER, None, FIXED, POLICY))
        answer = await reading.answer(access, question)
        taken.append((time.perf_counter() - begun) * 1000)
    cpu = (time.process_time() - begun_cpu) * 1000 / TIMES
    against = "with the year before" if answer.known.before else "alone"
    note = (
        f"{against}; median of {TIMES}, from {min(taken):.0f} to {max(taken):.0f} ms; CPU of this process {cpu:.0f} ms"
    )
    return Row(name, statistics.median(taken), "ms", goal, note)
