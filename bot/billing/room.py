"""Billing: balances and purchases when asked; the month by customer."""

from __future__ import annotations

from bot.billing.closing import MonthClosing
from bot.billing.closing import describe as describe_closing
from bot.billing.listeners import BillingListeners
from bot.billing.month_listeners import MonthListeners
from bot.billing.operations import CloseMonth
from bot.operation import OperationKind
from bot.policy import Right, Role, by_two
from bot.providers.port import Capability
from bot.room import Deps, Quick, Room, kinds_of

RIGHTS = {
    "billing.balance": Right(Role.READER),
    "billing.close": Right(Role.OWNER, by_two("Closing a month needs a second Owner.")),
    "billing.month": Right(Role.READER),
    "billing.purchases": Right(Role.READER),
}


def room(deps: Deps) -> Room:
    """Put the room together."""
    closing = MonthClosing(deps.database, deps.clock)
    return Room(
        "billing",
        capability=Capability.MONEY,
        rights=RIGHTS,
        quick=(Quick("billing.balance", "Billing", "billing.balance"),),
        routes=(
            BillingListeners(deps.clock, deps.providers).routes(),
            MonthListeners(deps.desk, deps.database, deps.clock, deps.exports, closing).routes(),
        ),
        kinds=kinds_of(
            OperationKind(CloseMonth, describe=describe_closing, moved=closing.moved, execute=closing.execute)
        ),
    )
