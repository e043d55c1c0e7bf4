"""Who Keydesk is at Deepgram, remembered for a while: asking takes several calls."""

from __future__ import annotations

import asyncio
import time

from bot.providers.deepgram.identity import Identity
from bot.providers.deepgram.models import Credential

REMEMBERED_SECONDS = 600.0


class Standing:
    """The credential's identity and role; ``last`` is what was learned last, None before the first answer."""

    def __init__(self, deepgram: Identity) -> None:
        self._deepgram = deepgram
        self._read_at = float("-inf")
        self._one_at_a_time = asyncio.Lock()
        self.last: Credential | None = None

    async def read(self) -> Credential:
        """Return the credential, asked for again after ten minutes.

        Raises:
            ProviderError: Deepgram did not say.
        """
        async with self._one_at_a_time:
            if self.last is None or time.monotonic() - self._read_at > REMEMBERED_SECONDS:
                self.last = await self._deepgram.who_am_i()
                self._read_at = time.monotonic()
            return self.last

    def may_end(self, member_id: str | None) -> bool:
        """Tell whether Deepgram lets us end a key of this creator, as far as is known.

        An owner's key may end all, others only what their own member made (Deepgram's page on roles). What is not known
        is not forbidden here: Deepgram has the last word.
        """
        if self.last is None or self.last.role in ("owner", None):
            return True
        return member_id is None or member_id == self.last.member_id
