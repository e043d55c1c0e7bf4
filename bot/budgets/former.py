"""What a budget was in a month that is over, as the record of its changes tells."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlmodel import Session

from bot.store import record
from bot.store.budgets import Budget

SET, ENDED = "budgets.set", "budgets.ended"
NEVER = str(None)  # how the record says that there was no budget before


def dollars_in(session: Session, budget: Budget, day: date, today: date) -> Decimal | None:
    """Return what a budget in force is, or was at its end, in the month of a day; None if it was not in force then."""
    month = day.replace(day=1)
    return budget.dollars if today.replace(day=1) <= month else _before(session, budget, _following(month))


def _before(session: Session, budget: Budget, moment: datetime) -> Decimal | None:
    changes = [entry for entry in record.of_subject(session, budget.id) if entry.name in (SET, ENDED)]
    earlier = [entry for entry in changes if entry.at < moment]
    if earlier:
        return Decimal(earlier[-1].detail["dollars"]) if earlier[-1].name == SET else None
    if not changes:
        return budget.dollars if budget.set_at < moment else None
    before = changes[0].detail.get("before", NEVER)
    return None if before == NEVER else Decimal(before)


def _following(month: date) -> datetime:
    """Return the moment at which the month after this one begins."""
    first = (month + timedelta(days=31)).replace(day=1)
    return datetime(first.year, first.month, first.day, tzinfo=UTC)
