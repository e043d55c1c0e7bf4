"""Billing: balances and purchases when asked; the month by customer."""

from __future__ import annotations

from bot.billing.closing import MonthClosing
from bot.billing.closing import describe as describe_closing
from bot.billing.listeners import BillingListeners
from bot.billing.month_listeners import MonthListeners
from bot.billing.operations import CloseMonth
from bot.operation import OperationKind
from bot.room import Deps, Room, kinds_of


def room(deps: Deps) -> Room:
    """Put the room together."""
    closing = MonthClosing(deps.database, deps.clock)
    return Room(
        "billing",
        routes=(
            BillingListeners(deps.clock, deps.deepgram).door(),
            MonthListeners(deps.desk, deps.database, deps.clock, deps.exports, closing).door(),
        ),
        kinds=kinds_of(
            OperationKind(CloseMonth, describe=describe_closing, moved=closing.moved, execute=closing.execute)
        ),
    )
