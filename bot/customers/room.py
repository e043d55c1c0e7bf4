"""Customers: the catalogue that keys are billed by."""

from __future__ import annotations

from bot.customers.changing import CustomerChanges
from bot.customers.listeners import CustomerListeners
from bot.customers.operations import ArchiveCustomer, SaveCustomer, SetDefaultMarkup
from bot.operation import OperationKind
from bot.policy import Right, Role, runs
from bot.room import Deps, Room, kinds_of

BY_OWNERS = runs("Owners keep the catalogue of customers.")
RIGHTS = {
    "customers.archive": Right(Role.OWNER, BY_OWNERS),
    "customers.list": Right(Role.READER),
    "customers.markup": Right(Role.OWNER, BY_OWNERS),
    "customers.save": Right(Role.OWNER, BY_OWNERS),
}


def room(deps: Deps) -> Room:
    """Put the room together."""
    changes = CustomerChanges(deps.database, deps.clock)
    return Room(
        "customers",
        rights=RIGHTS,
        routes=(CustomerListeners(deps.desk, deps.database, deps.exports).routes(),),
        kinds=kinds_of(
            OperationKind(SaveCustomer, execute=changes.save),
            OperationKind(ArchiveCustomer, execute=changes.archive),
            OperationKind(SetDefaultMarkup, execute=changes.set_default),
        ),
    )
