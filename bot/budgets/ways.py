"""What can still be done about a budget: no button is drawn that leads nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from bot.providers.port import Capability
from bot.spending import live
from bot.store import keys, projects
from bot.store.budgets import Alert, Budget
from bot.vendors import vendors_in

READ_ON = "read_on"  # the fact of an alert about a month that is over


@dataclass(frozen=True)
class Ways:
    """To raise a budget is of use while what it is of can spend, and to end keys while there are live ones."""

    can_raise: bool = True
    can_end_keys: bool = True


ALL_WAYS = Ways()
NO_WAYS = Ways(can_raise=False, can_end_keys=False)


class WaysOf:
    """What can be done about the budgets of a workspace."""

    def __init__(self, session: Session, team_id: str) -> None:
        self._with_keys = live.subjects(session, team_id)
        self._ended = frozenset(keys.ended_ids(session))
        priced = vendors_in(session).offering(Capability.MONEY)
        self._gone = frozenset(projects.gone_ids(session)) | projects.elsewhere(session, priced)

    def budget(self, budget: Budget) -> Ways:
        """Return what can be done about a budget in force."""
        projects_ = {budget.project_id, budget.ref if budget.scope == "project" else ""}
        if projects_ & self._gone or (budget.scope == "key" and budget.ref in self._ended):
            return NO_WAYS
        return Ways(can_end_keys=(budget.scope, budget.ref) in self._with_keys)


def of_alert(session: Session, alert: Alert, budget: Budget | None) -> Ways:
    """Return what can be done about the budget of an alert: of a month that is over, nothing any more."""
    if budget is None or budget.ended_at is not None or READ_ON in alert.facts:
        return NO_WAYS
    return WaysOf(session, alert.team_id).budget(budget)
