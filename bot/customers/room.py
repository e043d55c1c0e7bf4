"""Customers: the catalogue that keys are billed by."""

from __future__ import annotations

from bot.customers.changing import CustomerChanges
from bot.customers.listeners import CustomerListeners
from bot.customers.operations import ArchiveCustomer, SaveCustomer, SetDefaultMarkup
from bot.operation import OperationKind
from bot.room import Deps, Room, kinds_of


def room(deps: Deps) -> Room:
    """Put the room together."""
    changes = CustomerChanges(deps.database, deps.clock)
    return Room(
        "customers",
        routes=(CustomerListeners(deps.desk, deps.database, deps.exports).door(),),
        kinds=kinds_of(
            OperationKind(SaveCustomer, execute=changes.save),
            OperationKind(ArchiveCustomer, execute=changes.archive),
            OperationKind(SetDefaultMarkup, execute=changes.set_default),
        ),
    )
