"""How many requests failed, counted from the provider's records of them: no report tells it.

They are counted once the figures were read: whatever becomes of this, those stay. Only days that may still change are
looked at. They are younger than ten days (``settling.py``), and the provider keeps its records for ninety.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Protocol

import structlog
from sqlmodel import Session

from bot.errors import ProviderError, RateLimited
from bot.providers.records import LARGEST_PAGE, RequestFilter, RequestPage
from bot.store import collected
from bot.store.collected import end_of
from bot.store.database import Database
from bot.store.facts import Which, usage_by

MOST_PAGES = 5  # a day
TOO_MANY = f"{MOST_PAGES * LARGEST_PAGE:,} or more"
SECOND = timedelta(seconds=1)  # a filter's moments are both included

log = structlog.get_logger(__name__)


class RecordedRequests(Protocol):
    """The provider's records of requests."""

    async def request_page(
        self, project_id: str, which: RequestFilter = ..., *, page: int = ..., page_size: int = ...
    ) -> RequestPage:
        """Return one page of matching requests, newest first; pages count from 0."""
        ...


async def count_failures(database: Database, records: RecordedRequests, project_id: str) -> None:
    """Count the failed requests of every day that is over, may still change, and was not counted since it did.

    What cannot be read stays unknown and is tried again with the next reading.

    Raises:
        RateLimited: the provider wants to be left alone.
    """
    for day in await database.read(lambda session: _to_count(session, project_id)):
        try:
            failed = await _count(records, project_id, day)
        except RateLimited:
            raise
        except ProviderError as problem:
            log.info("usage.failures_not_counted", project_id=project_id, why=problem.text)
            return
        reason = TOO_MANY if failed is None else None
        note = partial(collected.note_failures, project_id=project_id, day=day, failed=failed, problem=reason)
        await database.write(note)


def _to_count(session: Session, project_id: str) -> list[date]:
    days = collected.without_failures(session, project_id)
    if not days:
        return []
    used = usage_by(session, Which(days[0], days[-1], (project_id,)), "total", by_day=True, measures=("requests",))
    requested = {row.day for row in used if row.figures.requests}
    return [day for day in days if day in requested]


async def _count(records: RecordedRequests, project_id: str, day: date) -> int | None:
    """Return how many requests of a day failed, or None for more than are looked at."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    wanted = RequestFilter(start, end_of(day) - SECOND, status="failed")
    failed = 0
    for number in range(MOST_PAGES):
        page = await records.request_page(project_id, wanted, page=number, page_size=LARGEST_PAGE)
        failed += len(page.records)
        if page.is_last:
            return failed
    return None
