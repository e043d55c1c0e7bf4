"""The watch: what was spent against budgets and against what is usual, what balances last, and whether we still see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

import structlog
from sqlmodel import Session

from bot import audit
from bot.budgets import crossing, former
from bot.budgets.spending import BudgetSpending, BudgetSpent
from bot.budgets.ways import READ_ON
from bot.desk.service import Desk
from bot.engine.port import Engine, Job
from bot.errors import ProviderError
from bot.prices import without
from bot.providers.billing import dollars_left
from bot.providers.offers import OffersMoney
from bot.providers.port import Capability
from bot.spending.usual import WEEKS_LOOKED_AT
from bot.store import budgets, collected, collections, facts, projects
from bot.store.budgets import Alert, Budget
from bot.store.collected import end_of
from bot.store.database import Database
from bot.store.facts import Which
from bot.vendors import offering

EVERY = timedelta(hours=1)
BALANCES_EVERY = timedelta(days=1)
DAY = timedelta(days=1)
BLIND_AFTER = timedelta(hours=12)  # figures not read for so long are a failure that somebody must hear of
MOST_NAMED = 5
FOLLOWED = timedelta(days=4)  # 72 hours after its end, and a day so that one more reading is in it
STILL_FOR = timedelta(hours=6)  # after its end: by then what the provider tells late has come

log = structlog.get_logger()


class BudgetWatch:
    """Raises alerts, each once per crossing; posting them is a job of its own."""

    def __init__(self, database: Database, engine: Engine, desk: Desk, reports: OffersMoney, team_id: str) -> None:
        self._database = database
        self._engine = engine
        self._desk = desk
        self._reports = reports
        self._team_id = team_id

    async def watch(self, ref: str, now: datetime) -> None:
        """Compare what was spent with budgets and with what is usual; a job, each hour and after figures came in."""
        again = Job("budgets.watch", ref, "hourly")
        await self._database.write(lambda session: self._engine.later(session, again, now + EVERY))
        by = now.date() - DAY  # the last closed provider day
        months = [
            await self._database.read(lambda session, last=last: self._spent(session, last))  # type: ignore[misc] # bound here
            for last in _followed(now)
        ]
        others = await self._database.read(
            lambda session: [*self._sudden_lately(session, by, now), *self._blind(session, by, now)]
        )

        def note(session: Session) -> None:
            for budget in budgets.in_force(session, self._team_id):
                for spent in months:
                    if budget.id in spent:
                        self._compare(session, budget, spent[budget.id], now)
            for alert in others:
                self._raise(session, alert, now)

        await self._database.write(note)

    def _spent(self, session: Session, last: date) -> dict[str, BudgetSpent]:
        spending = BudgetSpending(session, self._team_id, last)
        return {budget.id: spending.of_budget(budget) for budget in budgets.in_force(session, self._team_id)}

    def _compare(self, session: Session, budget: Budget, spent: BudgetSpent, now: datetime) -> None:
        """Compare what was spent in a month with the budget that is in force, or was at the month's end."""
        dollars = former.dollars_in(session, budget, spent.last, now.date())
        if dollars is not None:
            self.raise_levels(session, budget, dollars, spent, now)

    def raise_levels(
        self,
        session: Session,
        budget: Budget,
        dollars: Decimal,
        spent: BudgetSpent,
        now: datetime,
        *,
        quietly: bool = False,
    ) -> None:
        """Raise what was crossed of a budget of so many dollars: the highest is told, the ones below it covered.

        ``quietly`` covers what is spent where alerts go to whoever sets a budget, who reads it at once in its window. A
        channel is told of it, too. That it is heading over is told.
        """
        reached = crossing.levels(spent.month_to_date, dollars)
        if spent.heads_over(dollars):
            reached.append(crossing.FORECAST)
        subject, period = f"budget:{budget.id}", f"{spent.last:%Y-%m}:{dollars.normalize():f}"
        known = budgets.levels_raised(session, self._team_id, subject, period)
        told = [level for level in reached if level not in known][-1:]
        if quietly and not budget.channel:
            told = [level for level in told if level == crossing.FORECAST]
        for level in reached:
            alert = Alert(
                team_id=self._team_id,
                subject=subject,
                level=level,
                period=period,
                project_id=budget.project_id,
                place=budget.channel or budget.set_by,
                facts=_facts(dollars, spent, now),
                raised_at=now,
                post="wanted" if level in told else "covered",
            )
            self._raise(session, alert, now)

    def _sudden_lately(self, session: Session, by: date, now: datetime) -> Iterator[Alert]:
        """Look at the last days that are over: what is told late of one is still told."""
        for back in range(FOLLOWED // DAY):
            yield from self._sudden(session, by - back * DAY, now)

    def _sudden(self, session: Session, by: date, now: datetime) -> Iterator[Alert]:
        weeks = [by - timedelta(weeks=back) for back in range(1, WEEKS_LOOKED_AT + 1)]
        known = {day: collected.closed_totals(session, day) for day in (by, *weeks)}
        for project_id, amount in known[by].items():
            found = crossing.sudden(amount, [known[day].get(project_id) for day in weeks])
            if found is not None and (found[0] == "more" or _stands_still(session, project_id, by)):
                word, usual = found
                figures = {"amount": str(amount), "usual": str(usual), "by": by.isoformat()}
                yield self._of_project(session, project_id, f"sudden:{project_id}", word, by.isoformat(), figures, now)

    def _blind(self, session: Session, by: date, now: datetime) -> Iterator[Alert]:
        """Tell every owner of projects whose figures have not been read for too long."""
        failing = collections.failing(session, now - BLIND_AFTER)
        if not failing:
            return
        names = [projects.name_of(session, project_id) for project_id, _ in failing[:MOST_NAMED]]
        figures = {"projects": len(failing), "names": ", ".join(names), "problem": failing[0][1]}
        for user_id in sorted(self._desk.policy_context(session, self._team_id, "").owners):
            yield Alert(
                team_id=self._team_id,
                subject=f"tracking:{user_id}",
                level="failed",
                period=by.isoformat(),
                place=user_id,
                facts=figures,
                raised_at=now,
            )

    async def balances(self, ref: str, now: datetime) -> None:
        """Keep the balance of every project that spends, and warn of those that do not last; a job, once a day."""
        again = Job("budgets.balances", ref)
        await self._database.write(lambda session: self._engine.later(session, again, now + BALANCES_EVERY))
        by = now.date() - DAY
        week = Which(by - 6 * DAY, by)

        def read(session: Session) -> dict[str, Decimal]:
            spent = {row.project_id: row.total for row in facts.totals_by(session, week, "project") if row.project_id}
            return {each: spent[each] for each in offering(session, Capability.MONEY, spent) if spent[each] > 0}

        for project_id, total in (await self._database.read(read)).items():
            await self._look_at_balance(project_id, total / 7, now)

    async def _look_at_balance(self, project_id: str, per_day: Decimal, now: datetime) -> None:
        try:
            told = await self._reports.balances(project_id)
        except ProviderError as problem:
            log.info("budgets.balance_not_read", project=project_id, why=problem.text)
            return
        balance = dollars_left(told)
        if balance is not None:
            await self._database.write(lambda session: self._note(session, project_id, balance, per_day, now))

    def _note(self, session: Session, project_id: str, balance: Decimal, per_day: Decimal, now: datetime) -> None:
        collections.note_balance(session, project_id, balance, now)
        subject, found = f"balance:{project_id}", crossing.low(balance, per_day)
        known = budgets.still_on(session, self._team_id, subject)
        if found is None:
            # Topped up, not only spent more slowly: what changes day by day must not be told day by day.
            if any(balance > Decimal(each.facts["balance"]) for each in known):
                for each in known:
                    each.over_at = now
            return
        level, days = found
        figures: dict[str, str | int] = {"balance": str(balance), "per_day": str(per_day), "days": days}
        period = known[0].period if known else f"{now:%Y-%m-%dT%H:%M}"
        self._raise(session, self._of_project(session, project_id, subject, level, period, figures, now), now)

    def _of_project(
        self,
        session: Session,
        project_id: str,
        subject: str,
        level: str,
        period: str,
        figures: Mapping[str, str | int],
        now: datetime,
    ) -> Alert:
        """Return an alert for the place that owns a project: its budget's, its approvals channel, or its decider."""
        budget = budgets.of(session, self._team_id, "project", project_id)
        context = self._desk.policy_context(session, self._team_id, project_id)
        people = sorted(context.approvers) or sorted(context.owners) or [audit.KEYDESK]
        place = (budget and (budget.channel or budget.set_by)) or projects.settings(session, project_id).channel
        return Alert(
            team_id=self._team_id,
            subject=subject,
            level=level,
            period=period,
            project_id=project_id,
            place=place or people[0],
            facts=dict(figures),
            raised_at=now,
        )

    def _raise(self, session: Session, alert: Alert, now: datetime) -> None:
        raised = budgets.raise_once(session, alert)
        if raised is None or raised.post != "wanted":
            return
        audit.note(
            session,
            audit.KEYDESK,
            "budgets.alerted",
            alert.subject,
            now,
            team_id=self._team_id,
            project_id=alert.project_id or None,
            level=alert.level,
            **{name: str(value) for name, value in alert.facts.items()},
        )
        self._engine.enqueue(session, Job("budgets.post", alert.id), now)


def _followed(now: datetime) -> list[date]:
    """Return the last days of the months that are looked at: of the one before too, while it is told of late."""
    today = now.date()
    last_of_before = today.replace(day=1) - DAY
    return [*([last_of_before] if now < end_of(last_of_before) + FOLLOWED else []), today]


def _stands_still(session: Session, project_id: str, day: date) -> bool:
    """Tell whether the readings of a day that is over have agreed for some hours: until then it may only be late."""
    known = collected.of_project(session, project_id, day, day).get(day)
    return known is not None and (known.settled or known.read_at - max(known.same_since, end_of(day)) >= STILL_FOR)


def _facts(dollars: Decimal, spent: BudgetSpent, now: datetime) -> dict[str, str]:
    """Return what an alert about a budget of so many dollars tells."""
    return {
        "spent": str(spent.month_to_date),
        "budget": str(dollars),
        "forecast": str(spent.forecast),
        "reach": spent.reach,
        **({READ_ON: now.date().isoformat()} if spent.is_over_by(now.date()) else {}),
        **({"without": without(spent.untold)} if spent.untold else {}),
    }
