"""Accounts: several at the provider, listed and removed; they are added where Keydesk runs."""

from __future__ import annotations

from bot.accounts.jobs import AccountJobs
from bot.accounts.listeners import AccountListeners
from bot.accounts.operations import RemoveAccount
from bot.accounts.removing import AccountRemoval
from bot.accounts.removing import describe as describe_account_removal
from bot.operation import OperationKind
from bot.room import Deps, JobKind, Room, kinds_of


def room(deps: Deps) -> Room:
    """Put the room together."""
    return Room(
        "accounts",
        routes=(AccountListeners(deps.desk, deps.database, deps.exports).door(),),
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
                AccountJobs(deps.database, deps.engine, deps.deepgram, deps.ring).learn,
                at_start=True,
                after_restore=True,
                background=True,
            ),
        ),
    )
