"""The client of Deepgram's management API: groups of endpoints over one transport."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
from pydantic import SecretStr

from bot.errors import CredentialsRejected
from bot.providers.deepgram.errors import error_of
from bot.providers.deepgram.identity import Identity
from bot.providers.http import Limits, Transport

DEFAULT_URL = "https://api.deepgram.com"


class Deepgram(Identity):
    """Deepgram with one management key.

    Every method raises ``bot.errors.ProviderError`` in the kinds that ``errors.py`` maps: a read that fails is
    ``Unavailable``, a change that may have been made is ``Unclear``, and nothing that changes is sent twice.
    An injected ``client`` stays its owner's to close, and should not trust the environment's proxies.
    """

    def __init__(
        self,
        api_key: SecretStr,
        base_url: str = DEFAULT_URL,
        *,
        client: httpx.AsyncClient | None = None,
        limits: Limits | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        frozen: bool = False,
    ) -> None:
        authorization = SecretStr(f"Token {_checked(api_key)}")
        super().__init__(
            Transport(base_url, authorization, error_of, client=client, limits=limits, pause=pause, frozen=frozen)
        )
        self._base_url = base_url

    def __repr__(self) -> str:
        return f"Deepgram({self._base_url!r})"

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()


def _checked(api_key: SecretStr) -> str:
    """Return the key if it can stand in a header: httpx would quote it in its complaint."""
    value = api_key.get_secret_value().strip()
    if not (value and value.isascii() and value.isprintable() and " " not in value):
        raise CredentialsRejected("The Deepgram API key is empty or contains characters that no key has.")
    return value
