"""What was spent of each budget, from the daily facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import Session

from bot.money import forecast
from bot.payers import attribution
from bot.store import facts, tag_sets
from bot.store.budgets import Budget
from bot.store.facts import Which

RECENT_DAYS = 7
Sums = Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True)
class Spent:
    """The month so far by the last closed day ``by``, the mean of its last seven days, and what they make of it.

    ``unknown`` counts the month's days whose dollars may not be read: all figures are without them.
    """

    month_to_date: Decimal
    recent: Decimal
    by: date
    unknown: int = 0

    @property
    def forecast(self) -> Decimal:
        """The month's end if it goes on like the last seven days."""
        return forecast(self.month_to_date, self.recent, self.by) or self.month_to_date

    def percent(self, dollars: Decimal) -> int:
        """How much of so many dollars is spent, rounded down."""
        return int(self.month_to_date * 100 / dollars)


class Spending:
    """The spending of every project, customer and key of a workspace by one day, read at once."""

    def __init__(self, session: Session, team_id: str, by: date) -> None:
        self.by = by
        self._month = _sums(session, team_id, by.replace(day=1), by)
        month = facts.totals_by(session, Which(by.replace(day=1), by), "project")
        self._unknown = {row.project_id: row.unknown for row in month if row.unknown}
        self._recent = _sums(session, team_id, by - timedelta(days=RECENT_DAYS - 1), by)

    def of(self, scope: str, ref: str) -> Spent:
        """Return what one project, customer or key spent; nothing is zero."""
        recent = self._recent.get((scope, ref), Decimal()) / RECENT_DAYS
        unknown = self._unknown.get(ref, 0) if scope == "project" else 0
        return Spent(self._month.get((scope, ref), Decimal()), recent, self.by, unknown)

    def of_budget(self, budget: Budget) -> Spent:
        """Return what was spent of a budget."""
        return self.of(budget.scope, budget.ref)


def _sums(session: Session, team_id: str, start: date, end: date) -> Sums:
    """Return the sums by (scope, ref): of projects the provider's own totals, of keys and customers their rows."""
    which, known = Which(start, end), attribution(session, team_id)
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in facts.totals_by(session, which, "project"):
        sums["project", row.project_id or ""] += row.total
    for part in facts.spend_by(session, which, "project", "key", "tags"):
        sums["key", part.key_id or ""] += part.dollars
        payer = known.payer(part.project_id or "", part.key_id, tag_sets.set_of(part.tags or tag_sets.NO_TAGS))
        if payer.tag is not None:
            sums["customer", payer.tag] += part.dollars
    return sums
