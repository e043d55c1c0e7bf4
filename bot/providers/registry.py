"""All accounts at all providers behind one: the account of a call is that of the project which it names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from itertools import chain
from typing import Any, Protocol, TypeVar, cast

from pydantic import SecretStr

from bot.errors import AccountRemoved, CredentialsRejected
from bot.providers.listed import Listed
from bot.providers.port import Vendor
from bot.providers.provider import Provider, ProviderKind
from bot.providers.records import EVERY_REQUEST, LARGEST_PAGE, RequestFilter, RequestRecord
from bot.providers.values import Credential, Project

MAIN = "main"  # the id of the account whose credential stands in the environment
Method = TypeVar("Method", bound=Callable[..., Awaitable[Any]])


@dataclass(frozen=True)
class Account:
    """An account beside the main one; without a ``credential`` it cannot be used: removed, or not to be unsealed.

    ``provider`` is its vendor's id.
    """

    id: str
    name: str
    provider: str
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


class _NoneBeside:
    async def of_project(self, project_id: str) -> Account | None:
        del project_id
        return None

    async def in_use(self) -> Sequence[Account]:
        return ()


NONE_BESIDE: KnownAccounts = _NoneBeside()
"""No account but the main one."""


def routed(method: Method) -> Method:
    """Return the method that asks the account of the project which its first argument names."""

    @wraps(method)
    async def run(self: Providers, project_id: str, *args: Any, **kwargs: Any) -> Any:
        return await getattr(await self.of(project_id), method.__name__)(project_id, *args, **kwargs)

    return cast("Method", run)


class Providers(Provider):
    """The same methods over every account of every vendor; what names no project goes to the main account.

    ``kinds`` are the providers that accounts may be of, the main one's first. Each account has its own transport, and
    with it its own limit of calls at once.
    """

    def __init__(self, main: Provider, known: KnownAccounts, kinds: Iterable[ProviderKind]) -> None:
        self._main = main
        self._known = known
        self._kinds = {kind.vendor.id: kind for kind in kinds}
        self._clients: dict[str, Provider] = {}
        self.vendor = main.vendor
        self.fingerprint = ""  # each account has its own

    @property
    def kinds(self) -> Mapping[str, ProviderKind]:
        """The providers that this installation works with, by the ids of their vendors."""
        return self._kinds

    async def of(self, project_id: str) -> Provider:
        """Return the account that a project is of.

        Raises:
            AccountRemoved: its account was removed from Keydesk.
            CredentialsRejected: its credential cannot be unsealed.
        """
        account = await self._known.of_project(project_id)
        return self._main if account is None else await self._opened(account)

    async def accounts(self) -> Mapping[str, Provider]:
        """Return each account that can be used, by its id, the main one first."""
        in_use = await self._known.in_use()
        usable = [each for each in in_use if each.credential is not None and each.provider in self._kinds]
        for gone in self._clients.keys() - {account.id for account in usable}:
            await self._forget(gone)
        return {MAIN: self._main} | {account.id: await self._opened(account) for account in usable}

    async def who_am_i(self) -> Credential:
        """Return who the main account's credential is."""
        return await self._main.who_am_i()

    async def projects(self) -> Listed[Project]:
        """Return the projects of all accounts, the main one's first; part of them is never taken for all.

        Raises:
            ProviderError: the projects of one account could not be listed.
        """
        lists = [await account.projects() for account in (await self.accounts()).values()]
        left_out, is_told = sum(each.left_out for each in lists), all(each.is_told for each in lists)
        return Listed(chain.from_iterable(lists), left_out, is_told=is_told)

    project = routed(Provider.project)
    rename_project = routed(Provider.rename_project)
    delete_project = routed(Provider.delete_project)
    lacks_project = routed(Provider.lacks_project)
    keys = routed(Provider.keys)
    key = routed(Provider.key)
    create_key = routed(Provider.create_key)
    delete_key = routed(Provider.delete_key)
    lists_key = routed(Provider.lists_key)
    sees_all_keys = routed(Provider.sees_all_keys)
    members = routed(Provider.members)
    remove_member = routed(Provider.remove_member)
    member_scopes = routed(Provider.member_scopes)
    change_member_scope = routed(Provider.change_member_scope)
    invites = routed(Provider.invites)
    send_invite = routed(Provider.send_invite)
    delete_invite = routed(Provider.delete_invite)
    usage_breakdown = routed(Provider.usage_breakdown)
    usage_fields = routed(Provider.usage_fields)
    balances = routed(Provider.balances)
    billing_breakdown = routed(Provider.billing_breakdown)
    billing_fields = routed(Provider.billing_fields)
    purchases = routed(Provider.purchases)
    request_page = routed(Provider.request_page)
    request = routed(Provider.request)
    project_models = routed(Provider.project_models)

    async def requests(
        self, project_id: str, which: RequestFilter = EVERY_REQUEST, *, page_size: int = LARGEST_PAGE
    ) -> AsyncIterator[RequestRecord]:
        """Yield every matching request, newest first."""
        async for record in (await self.of(project_id)).requests(project_id, which, page_size=page_size):
            yield record

    async def aclose(self) -> None:
        """Close every connection."""
        for account in (self._main, *self._clients.values()):
            await account.aclose()

    async def _opened(self, account: Account) -> Provider:
        kind = self._kinds.get(account.provider)
        if kind is None:
            raise CredentialsRejected(f"This Keydesk does not work with {account.provider}, of account {account.name}.")
        if account.credential is None:
            await self._forget(account.id)
            raise _unusable(account, kind.vendor)
        if account.id not in self._clients:  # an account's credential never changes
            self._clients[account.id] = kind.open(account.credential)
        return self._clients[account.id]

    async def _forget(self, account_id: str) -> None:
        client = self._clients.pop(account_id, None)
        if client is not None:
            await client.aclose()

    def __repr__(self) -> str:
        return f"Providers({self._main!r})"


def _unusable(account: Account, vendor: Vendor) -> CredentialsRejected:
    if account.removed:
        return AccountRemoved(
            f"The {vendor.name} account {account.name} was removed from Keydesk, so nothing there can be read or "
            f"changed. Use {vendor.console}."
        )
    return CredentialsRejected(
        f"The credential of the {vendor.name} account {account.name} cannot be unsealed, so nothing there can be read "
        "or changed. Whoever runs Keydesk mends it: keydesk doctor says how."
    )
