"""Budgets: what a month may cost, and alerts."""

from __future__ import annotations

from bot.budgets.listeners import BudgetListeners
from bot.budgets.operations import EndBudget, RaiseBudget, SetBudget
from bot.budgets.posting import AlertPosting
from bot.budgets.setting import BudgetSetting
from bot.budgets.watching import BudgetWatch
from bot.operation import OperationKind
from bot.policy import Right, Role, held, runs
from bot.providers.port import Capability
from bot.room import Deps, JobKind, Room, kinds_of

BY_OWNERS = runs("Owners set and end budgets.")
RIGHTS = {
    "budgets.acknowledge": Right(Role.DEVELOPER, anywhere=True),
    "budgets.end": Right(Role.OWNER, BY_OWNERS, anywhere=True),
    "budgets.list": Right(Role.READER),
    "budgets.raise": Right(Role.DEVELOPER, held("Raising a budget needs an Owner's approval.")),
    "budgets.set": Right(Role.OWNER, BY_OWNERS),
}


def room(deps: Deps) -> Room:
    """Put the room together."""
    watch = BudgetWatch(deps.database, deps.engine, deps.desk, deps.providers, deps.team_id)
    setting = BudgetSetting(deps.desk, deps.database, deps.clock, deps.interactive, watch)
    return Room(
        "budgets",
        capability=Capability.MONEY,
        rights=RIGHTS,
        routes=(BudgetListeners(deps.desk, deps.database, deps.clock).routes(),),
        kinds=kinds_of(
            OperationKind(SetBudget, execute=setting.set),
            OperationKind(RaiseBudget, describe=setting.describe, execute=setting.raise_),
            OperationKind(EndBudget, execute=setting.end),
        ),
        jobs=(
            JobKind("budgets.watch", watch.watch, at_start=True, background=True, after_figures=True),
            JobKind("budgets.balances", watch.balances, at_start=True, background=True),
            JobKind(
                "budgets.post", AlertPosting(deps.database, deps.engine, deps.background, deps.desk.policy_context).post
            ),
        ),
    )
