"""Who Keydesk is in each of its accounts at Deepgram, remembered for a while: asking takes several calls."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict

from bot.errors import CredentialsRejected, NotFound, ScopeMissing
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.models import Credential
from bot.providers.deepgram.powers import role_of

REMEMBERED_SECONDS = 600.0


class Standing:
    """The identity and role of the credential that opens a project."""

    def __init__(self, deepgram: Deepgram) -> None:
        self._deepgram = deepgram
        self._known: dict[str, tuple[float, Credential]] = {}  # by the credential's fingerprint
        self._one_at_a_time = defaultdict[str, asyncio.Lock](asyncio.Lock)

    async def read(self, project_id: str) -> Credential:
        """Return the credential of the project's account, asked for again after ten minutes.

        Raises:
            ProviderError: Deepgram did not say, or the account cannot be used.
        """
        return await self._of(await self._deepgram.account_of(project_id))

    async def everywhere(self) -> list[Credential]:
        """Return who Keydesk is in all of its accounts: a project of one may hold the key or the member of another.

        A credential that Deepgram rejects is left out: nothing hangs on it any more.

        Raises:
            ProviderError: Deepgram did not say it of one of them.
        """
        clients = (await self._deepgram.accounts()).values()
        found = await asyncio.gather(*(self._unless_rejected(client) for client in clients))
        return [credential for credential in found if credential is not None]

    async def own_keys(self) -> set[str | None]:
        """Return the ids of the keys that Keydesk itself works with; None stands for one that nobody could tell.

        Raises:
            ProviderError: Deepgram did not say it of one of its accounts.
        """
        return {credential.key_id for credential in await self.everywhere()}

    async def sees_all_keys(self, project_id: str) -> bool:
        """Tell, asked for now, whether our credential sees the keys that others made in a project.

        A member sees its own keys only, and who was taken out of a project none at all: what they do not find may
        well be alive. To list every key takes ``members:read``, ``admins:read`` and ``owners:read`` (Deepgram's page
        on keys), and whoever is shown an owner, of whom every project has one, is an admin or an owner (its page on
        roles).

        Raises:
            ProviderError: Deepgram did not say, or the account cannot be used.
        """
        try:
            members = await self._deepgram.members(project_id)
        except (NotFound, ScopeMissing):
            return False
        return any(role_of(member.scopes) == "owner" for member in members)

    async def _unless_rejected(self, client: Deepgram) -> Credential | None:
        with contextlib.suppress(CredentialsRejected):
            return await self._of(client)
        return None

    async def _of(self, client: Deepgram) -> Credential:
        async with self._one_at_a_time[client.fingerprint]:
            read_at, known = self._known.get(client.fingerprint, (float("-inf"), None))
            if known is None or time.monotonic() - read_at > REMEMBERED_SECONDS:
                known = await client.who_am_i()
                self._known[client.fingerprint] = (time.monotonic(), known)
            return known


def may_end(role: str | None, own_member_id: str | None, member_id: str | None) -> bool:
    """Tell whether Deepgram lets a credential of this role and member end a key that ``member_id`` made.

    An owner's key may end all, others only what their own member made (Deepgram's page on roles). What is not known
    is not forbidden here: Deepgram has the last word.
    """
    return role in ("owner", None) or member_id is None or member_id == own_member_id
