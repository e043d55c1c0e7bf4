"""Who Keydesk is in each of its accounts, remembered for a while: asking takes several calls."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict

from bot.errors import CredentialsRejected, ProviderError
from bot.providers.provider import Provider
from bot.providers.registry import Providers
from bot.providers.values import Credential

REMEMBERED_SECONDS = 600.0


class CredentialIdentity:
    """The identity and role of the credential that opens a project."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers
        self._known: dict[str, tuple[float, Credential]] = {}  # by the credential's fingerprint
        self._one_at_a_time = defaultdict[str, asyncio.Lock](asyncio.Lock)

    async def read(self, project_id: str) -> Credential:
        """Return the credential of the project's account, asked for again after ten minutes.

        Raises:
            ProviderError: its provider did not say, or the account cannot be used.
        """
        return await self._of(await self._providers.of(project_id))

    async def everywhere(self, project_id: str) -> list[Credential]:
        """Return who Keydesk is in all accounts of the project's vendor: one may hold the key or member of another.

        Other vendors are not asked: their ids mean nothing there. A credential that its provider rejects is left
        out: nothing hangs on it any more.

        Raises:
            ProviderError: its provider did not say it of one of them, or the project's account cannot be used.
        """
        vendor = (await self._providers.of(project_id)).vendor
        clients = [each for each in (await self._providers.accounts()).values() if each.vendor.id == vendor.id]
        found = await asyncio.gather(*(self._unless_rejected(client) for client in clients))
        return [credential for credential in found if credential is not None]

    async def own_keys(self, project_id: str) -> set[str | None]:
        """Return the ids of the keys that Keydesk itself works with at the project's vendor; None where one is untold.

        Raises:
            ProviderError: as `everywhere` does.
        """
        return {credential.key_id for credential in await self.everywhere(project_id)}

    async def own_keys_told(self) -> set[tuple[str, str | None]]:
        """Return vendor and id of each key that Keydesk itself works with, of those accounts that say it now."""
        clients = (await self._providers.accounts()).values()
        found = await asyncio.gather(*(self._unless_troubled(client) for client in clients))
        return {(client.vendor.id, told.key_id) for client, told in zip(clients, found, strict=True) if told}

    async def _unless_rejected(self, client: Provider) -> Credential | None:
        with contextlib.suppress(CredentialsRejected):
            return await self._of(client)
        return None

    async def _unless_troubled(self, client: Provider) -> Credential | None:
        with contextlib.suppress(ProviderError):
            return await self._of(client)
        return None

    async def _of(self, client: Provider) -> Credential:
        async with self._one_at_a_time[client.fingerprint]:
            read_at, known = self._known.get(client.fingerprint, (float("-inf"), None))
            if known is None or time.monotonic() - read_at > REMEMBERED_SECONDS:
                known = await client.who_am_i()
                self._known[client.fingerprint] = (time.monotonic(), known)
            return known
