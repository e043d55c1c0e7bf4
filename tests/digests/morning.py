"""An office in which a digest is due, and what happens there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import select

from bot.store.database import Database
from bot.store.digest_runs import DigestDay, DigestRun
from bot.store.digests import Subscription
from tests.digests.books import DAY, Office, spent

SPENT = {("k1", "apple"): Decimal("7.12"), ("k2", ""): Decimal("2.5")}
OTHER = "a0000000-0000-4000-8000-000000000002"


def spent_on(here: Office, days: list[date]) -> None:
    """Let the usual be spent on these days."""
    first, *more = days
    here.write(lambda session: spent(session, first, SPENT, *more))


def run_of(here: Office) -> DigestRun:
    """Return the newest run."""
    with here.database.reading() as session:
        return list(session.exec(select(DigestRun).order_by(DigestRun.local_date)))[-1]  # type: ignore[arg-type] # a column


def days_told(database: Database) -> list[Any]:
    """Return every day told."""
    with database.reading() as session:
        return [day.day for day in session.exec(select(DigestDay))]


def change(here: Office, **values: Any) -> None:
    """Change the subscription's row."""
    here.write(lambda session: session.exec(select(Subscription)).one().sqlmodel_update(values))


async def next_day(here: Office) -> None:
    """Let the next provider day be spent and told."""
    here.write(lambda session: spent(session, days_told(here.database)[-1] + DAY, SPENT))
    here.clock.move(DAY)
    await here.sweep()
