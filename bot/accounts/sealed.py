"""The sealed credentials of the accounts beside the main one: opened when a call needs them, sealed anew on demand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from bot.providers.registry import Account as OpenedAccount
from bot.sealing import CannotUnseal, Keyring
from bot.store import accounts
from bot.store.accounts import Account
from bot.store.database import Database

SHUT = "Its credential cannot be unsealed. Where Keydesk runs, “keydesk doctor” says how to mend it."


class SealedAccounts:
    """Reads the rows at each call, so that an account added or removed by any process counts at once."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def of_project(self, project_id: str) -> OpenedAccount | None:
        """Return the account beside the main one that a project is of, or None."""
        row = await self._database.read(lambda session: accounts.of_project(session, project_id))
        return opened(row, self._keyring) if row is not None else None

    async def in_use(self) -> Sequence[OpenedAccount]:
        """Return the accounts beside the main one that were not removed."""
        return [opened(row, self._keyring) for row in await self._database.read(accounts.beside_main)]


def opened(row: Account, keyring: Keyring) -> OpenedAccount:
    """Return an account with its credential; without, if it was removed or no key of the keyring opens it."""
    if row.state != "live" or row.sealed is None:
        return OpenedAccount(row.id, row.name, row.provider, None, removed=True)
    try:
        return OpenedAccount(row.id, row.name, row.provider, keyring.unseal(row.sealed))
    except CannotUnseal:
        return OpenedAccount(row.id, row.name, row.provider, None)


def shut(session: Session, keyring: Keyring) -> list[Account]:
    """Return the accounts in use whose credential cannot be unsealed."""
    return [row for row in accounts.beside_main(session) if opened(row, keyring).credential is None]


def reseal(session: Session, keyring: Keyring) -> int:
    """Seal every credential with the newest key of the keyring, all or none, and return how many there are.

    What is removed meanwhile stays forgotten.

    Raises:
        CannotSeal: there is no usable key.
        CannotUnseal: no key of the keyring opens one of them.
    """
    sealed = [(row.id, row.sealed) for row in accounts.beside_main(session) if row.sealed is not None]
    return sum(accounts.reseal(session, account_id, old, keyring.reseal(old)) for account_id, old in sealed)
