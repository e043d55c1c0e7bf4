"""How budgets are set, raised and ended."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from bot import audit, money
from bot.budgets import service, views
from bot.budgets.operations import EndBudget, RaiseBudget, SetBudget
from bot.budgets.spending import BudgetSpending, BudgetSpent
from bot.budgets.watching import BudgetWatch
from bot.clock import Clock
from bot.desk.service import Desk
from bot.errors import FormError, NotUnderstood
from bot.operation import Actor, Description
from bot.prices import without
from bot.slack.channels import check_channel
from bot.slack.web import SlackWeb
from bot.slack.words import escape
from bot.store import budgets
from bot.store.budgets import Alert, Budget
from bot.store.database import Database


class BudgetSetting:
    """Carries out the operations on budgets. Nothing changes at the provider, which knows no budgets."""

    def __init__(self, desk: Desk, database: Database, clock: Clock, web: SlackWeb, watch: BudgetWatch) -> None:
        self._desk = desk
        self._database = database
        self._clock = clock
        self._web = web
        self._watch = watch

    async def set(self, operation: SetBudget, actor: Actor) -> str:
        """Put a budget in force, or a lower one in its place.

        Raises:
            FormError: there is nothing of that name, the channel cannot be used, or it is more than before.
        """
        await check_channel(self._web, operation.channel, actor.user_id)
        return await self._database.write(lambda session: self._set(session, operation, actor))

    async def raise_(self, operation: RaiseBudget, actor: Actor) -> str:
        """Raise a budget, once somebody else has approved it.

        Raises:
            NotUnderstood: it has ended, or was lowered since this was asked.
        """
        return await self._database.write(lambda session: self._raise(session, operation, actor))

    def describe(self, session: Session, operation: RaiseBudget, requester: str) -> Description:
        """Draw the wish for a higher budget for whoever decides it."""
        del requester  # what counts is the spending
        return service.describe(session, operation, self._clock.now().date())

    async def end(self, operation: EndBudget, actor: Actor) -> str:
        """End a budget."""
        return await self._database.write(lambda session: self._end(session, operation, actor))

    def _set(self, session: Session, operation: SetBudget, actor: Actor) -> str:
        if not service.exists(session, actor.team_id, operation):
            raise FormError("what", "This is no longer there. Choose something else.")
        before = budgets.last_of(session, actor.team_id, operation.scope, operation.ref)
        self._check_raise(before, operation.dollars)
        wanted = operation.model_dump()
        budget = Budget(**wanted, team_id=actor.team_id, set_by=actor.user_id, set_at=self._clock.now())
        if before is not None and before.ended_at is None:
            self._tell_whom_it_leaves(session, before, budget, actor)
        saved = budgets.save(session, budget)
        return self._in_force(session, saved, actor, before.dollars if before is not None else None)

    def _check_raise(self, before: Budget | None, wanted: Decimal) -> None:
        """Refuse more than before without an approval: to end a budget and set a higher one is a raise as well."""
        if before is None or wanted <= before.dollars:
            return
        was = money.dollars(before.dollars)
        if before.ended_at is None:
            raise FormError("dollars", f"It is {was} now. More than that needs an approval: use Raise… in the list.")
        now = self._clock.now()
        if (before.ended_at.year, before.ended_at.month) == (now.year, now.month):
            raise FormError(
                "dollars",
                f"It was {was} until it was ended this month. More than that needs an approval: set {was} again, "
                "then use Raise… in the list.",
            )

    def _raise(self, session: Session, operation: RaiseBudget, actor: Actor) -> str:
        budget = the_budget(session, operation.budget_id, actor.team_id)
        session.refresh(budget, with_for_update=True)
        before = budget.dollars
        if operation.before is not None and before < operation.before:
            now, then = money.dollars(before), money.dollars(operation.before)
            raise NotUnderstood(
                f"This budget was lowered to {now} since a raise from {then} was asked. Nothing changed: ask anew."
            )
        if operation.dollars > before:  # else somebody else was first; asking again does no harm
            budget.dollars = operation.dollars
            session.add(budget)
            session.flush()
        return self._in_force(session, budget, actor, before)

    def _end(self, session: Session, operation: EndBudget, actor: Actor) -> str:
        budget = the_budget(session, operation.budget_id, actor.team_id)
        now = self._clock.now()
        budget.ended_at = now
        session.add(budget)
        name = service.name_of(session, budget)
        self._note(session, "budgets.ended", budget, actor, {"dollars": str(budget.dollars)})
        self._tell_watchers(session, budget, actor)
        return f"The budget of {name} has ended. Nothing warns of its spending any more."

    def _tell_watchers(self, session: Session, budget: Budget, actor: Actor) -> None:
        """Tell its channel, or whoever set it, that nothing warns of this spending any more."""
        about = f"{escape(service.name_of(session, budget))} ({money.dollars(budget.dollars)} a month)"
        text = f"<@{actor.user_id}> ended the budget of {about}. Nothing warns of its spending any more."
        place, now = budget.channel or budget.set_by, self._clock.now()
        if place != actor.user_id:
            self._desk.owe(session, actor.team_id, place, text, now, otherwise=budget.set_by)

    def _tell_whom_it_leaves(self, session: Session, before: Budget, budget: Budget, actor: Actor) -> None:
        """Tell the channel, or whoever set it, that the alerts of a budget go elsewhere from now on."""
        left, now = before.channel or before.set_by, self._clock.now()
        place = budget.channel or budget.set_by
        if left in (place, actor.user_id):
            return
        goes = f"<#{place}>" if budget.channel else f"<@{place}>"
        text = f"<@{actor.user_id}> set the budget of {escape(service.name_of(session, before))} anew. "
        self._desk.owe(
            session, actor.team_id, left, f"{text}Its alerts go to {goes} now, not here.", now, otherwise=before.set_by
        )

    def _in_force(self, session: Session, budget: Budget, actor: Actor, before: Decimal | None) -> str:
        now = self._clock.now()
        spent = BudgetSpending(session, actor.team_id, now.date()).of_budget(budget)
        self._watch.raise_levels(session, budget, budget.dollars, spent, now, quietly=True)
        figures = {"before": str(before), "dollars": str(budget.dollars)}
        self._note(session, "budgets.set", budget, actor, figures)
        return (
            f"{service.name_of(session, budget)} has a budget of {money.dollars(budget.dollars)} a month. "
            f"{_reached(budget, spent)}"
            "Keydesk warns and stops nothing: the provider has no hard cap."
        )

    def _note(self, session: Session, name: str, budget: Budget, actor: Actor, figures: dict[str, str]) -> None:
        audit.note(
            session,
            actor,
            name,
            budget.id,
            self._clock.now(),
            project_id=budget.project_id or None,
            scope=budget.scope,
            ref=budget.ref,
            **figures,
        )


def _reached(budget: Budget, spent: BudgetSpent) -> str:
    """Say how much of a budget is spent, and what that is without."""
    percent, lacking = spent.percent(budget.dollars), without(spent.untold)
    said = f"{percent} % of it is spent {spent.reach} (UTC): {money.dollars(spent.told)}."
    if percent is None:
        said = "How much of it is spent is not told."
    over = spent.heads_over(budget.dollars)
    ahead = f"If it goes on like the last 7 days, it is heading for {money.dollars(spent.forecast)}." if over else ""
    return "".join(f"{each} " for each in (said, lacking, ahead) if each)


def the_budget(session: Session, budget_id: str, team_id: str) -> Budget:
    """Return a budget in force.

    Raises:
        NotUnderstood: there is none of this id here.
    """
    budget = budgets.get(session, budget_id)
    if budget is None or budget.team_id != team_id or budget.ended_at is not None:
        raise NotUnderstood("There is no such budget any more. Nothing changed.")
    return budget


def keep_quiet(session: Session, desk: Desk, alert: Alert, actor: Actor, now: datetime, until: datetime) -> None:
    """Let a subject not alert before ``until``, and tell whoever reads its alerts why none comes."""
    budgets.snooze(session, actor.team_id, alert.subject, actor.user_id, until)
    audit.note(session, actor, "budgets.snoozed", alert.subject, now, alert_id=alert.id)
    if alert.place != actor.user_id:
        about = escape(service.about(session, alert))
        text = f"<@{actor.user_id}>, about {about}: {views.until(until)}"
        desk.owe(session, actor.team_id, alert.place, text, now)
