"""What was spent of each budget, from the daily facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection as Some
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlmodel import Session

from bot import money
from bot.budgets import crossing
from bot.budgets.reading import RECENT_DAYS, MonthToDate, Open
from bot.spending.payers import attribution
from bot.store import accounts, facts, keys, projects, tag_sets
from bot.store.budgets import Budget
from bot.store.facts import DayTotal, Which
from bot.store.prices import NONE_UNTOLD, Untold, told_of

NOTHING = Decimal()
Sums = Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True)
class BudgetSpent:
    """The month up to the day ``last`` as far as it was read, and the mean of the last seven days that are whole.

    ``untold`` counts the month's days (of a customer those of every project of ours) whose dollars are not told: all
    figures are without them, and known to be at least what they say. ``open`` are the days that were not read
    after their end, ``so_far`` what was read of each of those after the last whole day.
    """

    month_to_date: Decimal
    recent: Decimal
    last: date
    untold: Untold = NONE_UNTOLD
    open: Open = field(default_factory=Open)
    so_far: tuple[Decimal, ...] = ()

    @property
    def told(self) -> Decimal | None:
        """What is spent, or None where nothing of it is told: that is not nothing."""
        return told_of(self.month_to_date, self.untold)

    @property
    def is_so_far(self) -> bool:
        """Whether a day after the last whole one is in it, as far as it was read."""
        return self.open.begun is not None and self.open.begun > self.open.last_whole(self.last)

    @property
    def day(self) -> date:
        """The last day of which anything is in it."""
        return max(self.open.last_whole(self.last), self.open.begun or date.min)

    def is_over_by(self, today: date) -> bool:
        """Whether its month is over."""
        return (self.last.year, self.last.month) != (today.year, today.month)

    @property
    def days_known(self) -> int:
        """How many days of the month it reaches over."""
        return self.day.day if self.day >= self.last.replace(day=1) else 0

    @property
    def reach(self) -> str:
        """Say which day it reaches: “by 20 Nov” of one that was read whole, else “so far on 21 Nov”."""
        if not self.days_known:
            return "so far, of which nothing was read yet"
        return f"{'so far on' if self.is_so_far else 'by'} {self.day.day} {self.day:%b}"

    @property
    def forecast(self) -> Decimal | None:
        """The month's end if it goes on like the last seven days, or None where nothing of it is told.

        A day that was not read whole counts as a usual one, or as what it has so far where that is more.
        """
        if self.told is None:
            return None
        usual = max(self.recent, NOTHING)
        expected = sum((max(usual - each, NOTHING) for each in self.so_far), self.told)
        return money.forecast(expected, usual, money.days_left(self.last, self.last))

    def of(self, dollars: Decimal) -> str:
        """Say what is spent of so many dollars, by when, and what the month is heading for."""
        return f"{money.dollars(self.told)} of {money.dollars(dollars)} {self.reach} · {self.heading}"

    @property
    def heading(self) -> str:
        """Say what the month is heading for; in its first days also what that rests on."""
        told = f"heading for {money.dollars(self.forecast)}"
        if self.forecast is None or self.days_known >= money.FORECAST_FROM_DAY:
            return told
        whole = self.open.last_whole(self.last)
        return f"{told} (by the last {RECENT_DAYS} whole days, to {whole.day} {whole:%b})"

    def heads_over(self, dollars: Decimal) -> bool:
        """Whether the month is not over so many dollars yet, and is expected to be at its end."""
        return crossing.heads_over(self.told, self.forecast, dollars, self.days_known)

    def percent(self, dollars: Decimal) -> int | None:
        """How much of so many dollars is spent, rounded down, or None where nothing of it is told."""
        return None if self.told is None else int(self.told * 100 / dollars)


class BudgetSpending:
    """The spending of every project, customer and key of a workspace in a month, up to the day ``last``, today's too.

    What cannot spend any more, a key that has ended or a project that is gone, is expected to spend nothing.
    """

    def __init__(self, session: Session, team_id: str, last: date) -> None:
        self.last = last
        self._session = session
        self._attribution = attribution(session, team_id)
        theirs = accounts.theirs(session)
        month = Which(last.replace(day=1), last)
        totals = facts.totals_by(session, month, "project")
        self._month = self._sums(month, totals)
        self._days: dict[date, tuple[Sums, Sums]] = {}
        self._over = frozenset(keys.ended_ids(session)) | frozenset(projects.gone_ids(session))
        self._untold = {row.project_id: row.untold.beside(row.total) for row in totals}
        ours = (untold for project_id, untold in self._untold.items() if project_id not in theirs)
        self._untold_of_ours = sum(ours, NONE_UNTOLD)
        self._reading = MonthToDate(session, last)
        self._open_of_ours = self._reading.of(self._reading.project_ids - theirs.keys())

    def of(self, scope: str, ref: str, project_id: str = "") -> BudgetSpent:
        """Return what one project, customer or key (of ``project_id``) spent; nothing is zero."""
        untold, open_ = self._untold_of_ours, self._open_of_ours
        if scope != "customer":
            project = project_id or ref
            untold, open_ = self._untold.get(project, NONE_UNTOLD), self._reading.of([project])
        about, month = (scope, ref), self.last.replace(day=1)
        begun = [day for day in open_.days if day >= month and day > open_.last_whole(self.last)]
        recent = sum((self._day(day)[1].get(about, NOTHING) for day in open_.recent), NOTHING) / RECENT_DAYS
        so_far = tuple(self._day(day)[0].get(about, NOTHING) for day in begun)
        return BudgetSpent(self._month.get(about, NOTHING), recent, self.last, untold, open_, so_far)

    def of_budget(self, budget: Budget) -> BudgetSpent:
        """Return what was spent of a budget."""
        return self.of(budget.scope, budget.ref, budget.project_id)

    def _day(self, day: date) -> tuple[Sums, Sums]:
        """Return the sums of a day, and those without what cannot spend any more."""
        if day not in self._days:
            which = Which(day, day)
            totals = facts.totals_by(self._session, which, "project")
            self._days[day] = (self._sums(which, totals), self._sums(which, totals, without=self._over))
        return self._days[day]

    def _sums(self, which: Which, totals: Iterable[DayTotal], without: Some[str] = ()) -> Sums:
        """Return the sums by (scope, ref): of projects the provider's own totals, of keys and customers their rows.

        ``without`` are keys and projects that are left out; what a project's ended keys spent, its others may go on
        to spend.
        """
        sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in totals:
            if row.project_id not in without:
                sums["project", row.project_id or ""] += row.total
        for part in facts.spend_by(self._session, which, "project", "key", "tags"):
            if part.key_id in without or part.project_id in without:
                continue
            sums["key", part.key_id or ""] += part.dollars
            tags = tag_sets.set_of(part.tags or tag_sets.NO_TAGS)
            payer = self._attribution.payer(part.project_id or "", part.key_id, tags)
            if payer.tag is not None:
                sums["customer", payer.tag] += part.dollars
        return sums
