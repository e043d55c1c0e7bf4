"""Who Keydesk is in each of its accounts at Deepgram, remembered for a while: asking takes several calls."""

from __future__ import annotations

import asyncio
import time

from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.models import Credential

REMEMBERED_SECONDS = 600.0


class Standing:
    """The identity and role of the credential that opens a project."""

    def __init__(self, deepgram: Deepgram) -> None:
        self._deepgram = deepgram
        self._known: dict[str, tuple[float, Credential]] = {}  # by the credential's fingerprint
        self._one_at_a_time = asyncio.Lock()

    async def read(self, project_id: str) -> Credential:
        """Return the credential of the project's account, asked for again after ten minutes.

        Raises:
            ProviderError: Deepgram did not say, or the account cannot be used.
        """
        client = await self._deepgram.account_of(project_id)
        async with self._one_at_a_time:
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
