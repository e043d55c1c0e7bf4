"""Accounts: several at the provider, listed and removed; they are added where Keydesk runs."""

from __future__ import annotations

from bot.accounts.jobs import AccountJobs
from bot.accounts.listeners import AccountListeners
from bot.accounts.operations import RemoveAccount
from bot.accounts.removing import AccountRemoval
from bot.accounts.removing import describe as describe_account_removal
from bot.operation import OperationKind
from bot.policy import Right, Role, by_two
from bot.room import Deps, JobKind, Quick, Room, kinds_of

RIGHTS = {
    "accounts.list": Right(Role.DEVELOPER),
    "accounts.remove": Right(Role.OWNER, by_two("Forgetting an account needs a second Owner.")),
}


def room(deps: Deps) -> Room:
    """Put the room together."""
    return Room(
        "accounts",
        rights=RIGHTS,
        quick=(Quick("accounts.remove", "Accounts", "accounts.list"),),
        routes=(AccountListeners(deps.desk, deps.database, deps.exports).routes(),),
        kinds=kinds_of(
            OperationKind(
                RemoveAccount,
                describe=describe_account_removal,
                execute=AccountRemoval(deps.database, deps.clock).execute,
            )
        ),
        jobs=(
            JobKind(
                "credentials.load",
                AccountJobs(deps.database, deps.engine, deps.providers, deps.keyring).load,
                at_start=True,
                after_restore=True,
                background=True,
            ),
        ),
    )
