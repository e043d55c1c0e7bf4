"""Deepgram with several accounts: each call goes out with the credential of the account that its project is of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

from pydantic import SecretStr

from bot.errors import AccountRemoved, CredentialsRejected, ProviderError
from bot.providers.answers import Trouble
from bot.providers.deepgram.client import MAIN, Deepgram
from bot.providers.deepgram.endpoints import Endpoints, Listed
from bot.providers.deepgram.errors import error_of
from bot.providers.deepgram.models import Credential, Project
from bot.providers.http import Call, Params

_PROJECT = re.compile(r"/v1/projects/([^/]+)")


@dataclass(frozen=True)
class Account:
    """An account beside the main one; without a ``credential`` it cannot be used: removed, or not to be unsealed."""

    id: str
    name: str
    credential: SecretStr | None
    removed: bool = False


class KnownAccounts(Protocol):
    """Where the accounts beside the main one are kept; asked at each call, so that a change holds at once."""

    async def of_project(self, project_id: str) -> Account | None:
        """Return the account that a project is of; None for the main one's, and for a project that is not known."""
        ...

    async def in_use(self) -> Sequence[Account]:
        """Return the accounts that were not removed."""
        ...


class DeepgramAccounts(Deepgram):
    """The same methods over several keys; what names no project goes to the main account.

    Each account has its own transport, and with it its own limit of calls at once.
    """

    def __init__(self, main: Deepgram, known: KnownAccounts, open_client: Callable[[SecretStr], Deepgram]) -> None:
        # Not Deepgram's own constructor: the keys and addresses belong to the accounts' clients.
        Endpoints.__init__(self, _Routed(self, main))
        self._main = main
        self._known = known
        self._open = open_client
        self._clients: dict[str, Deepgram] = {}
        self.fingerprint = main.fingerprint

    async def account_of(self, project_id: str) -> Deepgram:
        """Return the client of the account that a project is of.

        Raises:
            AccountRemoved: its account was removed from Keydesk.
            CredentialsRejected: its credential cannot be unsealed.
        """
        account = await self._known.of_project(project_id)
        return self._main if account is None else await self._client(account)

    async def accounts(self) -> Mapping[str, Deepgram]:
        """Return the client of each account that can be used, by its id, the main one first."""
        usable = [account for account in await self._known.in_use() if account.credential is not None]
        for gone in self._clients.keys() - {account.id for account in usable}:
            await self._forget(gone)
        return {MAIN: self._main} | {account.id: await self._client(account) for account in usable}

    async def who_am_i(self) -> Credential:
        """Return who the main account's credential is."""
        return await self._main.who_am_i()

    async def projects(self) -> Listed[Project]:
        """Return the projects of all accounts, the main one's first; part of them is never taken for all.

        Raises:
            ProviderError: the projects of one account could not be listed.
        """
        lists = [await client.projects() for client in (await self.accounts()).values()]
        left_out, is_told = sum(each.left_out for each in lists), all(each.is_told for each in lists)
        return Listed(chain.from_iterable(lists), left_out, is_told=is_told)

    async def aclose(self) -> None:
        """Close every connection."""
        for client in (self._main, *self._clients.values()):
            await client.aclose()

    async def _client(self, account: Account) -> Deepgram:
        if account.credential is None:
            await self._forget(account.id)
            raise _unusable(account)
        if account.id not in self._clients:  # an account's credential never changes
            self._clients[account.id] = self._open(account.credential)
        return self._clients[account.id]

    async def _forget(self, account_id: str) -> None:
        client = self._clients.pop(account_id, None)
        if client is not None:
            await client.aclose()

    def __repr__(self) -> str:
        return f"DeepgramAccounts({self._main!r})"


class _Routed:
    """Hands each call to the transport of the account that the project in its path is of."""

    def __init__(self, accounts: DeepgramAccounts, main: Deepgram) -> None:
        self._accounts = accounts
        self._main = main

    async def read(self, path: str, doing: str, *, params: Params | None = None) -> dict[str, Any]:
        client = await self._of(path)
        return await client.transport.read(path, doing, params=params)

    async def change(self, call: Call) -> dict[str, Any]:
        client = await self._of(call.path)
        return await client.transport.change(call)

    def no_answer(self, call: Call) -> ProviderError:
        return error_of(call, Trouble.NO_ANSWER)

    async def aclose(self) -> None:
        await self._accounts.aclose()

    async def _of(self, path: str) -> Deepgram:
        found = _PROJECT.match(path)
        return self._main if found is None else await self._accounts.account_of(found[1])


def _unusable(account: Account) -> CredentialsRejected:
    if account.removed:
        return AccountRemoved(
            f"The Deepgram account {account.name} was removed from Keydesk, so nothing there can be read or changed. "
            "Use Deepgram's console."
        )
    return CredentialsRejected(
        f"The credential of the Deepgram account {account.name} cannot be unsealed, so nothing there can be read or "
        "changed. Whoever runs Keydesk mends it: keydesk doctor says how."
    )
