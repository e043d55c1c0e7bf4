"""The client of Deepgram's management API: groups of endpoints over one transport."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
from pydantic import SecretStr

from bot.errors import CredentialsRejected, NotFound, ScopeMissing
from bot.providers.deepgram.addresses import DEFAULT_URL
from bot.providers.deepgram.billing import BillingReports
from bot.providers.deepgram.errors import error_of
from bot.providers.deepgram.identity import Identity, ProjectOfKey, nowhere
from bot.providers.deepgram.invites import Invites
from bot.providers.deepgram.requests import Requests
from bot.providers.deepgram.speech_models import SpeechModels
from bot.providers.deepgram.tokens import Tokens
from bot.providers.deepgram.usage import UsageReports
from bot.providers.deepgram.vendor import DEEPGRAM
from bot.providers.http import CallLimits, Sender, Transport
from bot.providers.pacing import Paced
from bot.providers.provider import Provider
from bot.providers.roles import role_of
from bot.sealing import fingerprint


class Deepgram(Identity, Invites, Requests, UsageReports, BillingReports, SpeechModels, Tokens, Provider):
    """Deepgram with one management key: its whole management API but three things.

    Left out: leaving a project (it kills every key that Keydesk made), the credentials of self-hosted installations
    (they open Deepgram's container registry, not its API, and are handed out with a contract), and the stored
    configurations of voice agents (they are part of a customer's program, not of who may use what).

    Every method raises ``bot.errors.ProviderError`` in the kinds that ``errors.py`` maps: a read that fails is
    ``Unavailable``, a change that may have been made is ``Unclear``, and nothing that changes is sent twice.
    An injected ``client`` stays its owner's to close, and should not trust the environment's proxies.
    ``project_of_key`` tells where a key was last seen, so that our own need not be searched for.
    """

    vendor = DEEPGRAM

    def __init__(
        self,
        api_key: SecretStr,
        base_url: str = DEFAULT_URL,
        *,
        client: httpx.AsyncClient | None = None,
        limits: CallLimits | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        frozen: bool = False,
        project_of_key: ProjectOfKey = nowhere,
    ) -> None:
        authorization = SecretStr(f"Token {_checked(api_key)}")
        self.fingerprint = fingerprint(api_key)
        transport = Transport(
            base_url, authorization, error_of, client=client, limits=limits, pause=pause, frozen=frozen
        )
        super().__init__(
            Paced(transport),
            project_of_key=project_of_key,
            pause=pause,
        )
        self._base_url = base_url

    @property
    def transport(self) -> Sender:
        """What sends this client's calls."""
        return self._transport

    async def sees_all_keys(self, project_id: str) -> bool:
        """Tell, asked for now, whether our credential sees the keys that others made in a project.

        A member sees its own keys only, and who was taken out of a project none at all: what they do not find may
        well be alive. To list every key takes ``members:read``, ``admins:read`` and ``owners:read`` (Deepgram's page
        on keys), and whoever is shown an owner, of whom every project has one, is an admin or an owner (its page on
        roles).

        Raises:
            ProviderError: Deepgram did not say.
        """
        try:
            members = await self.members(project_id)
        except (NotFound, ScopeMissing):
            return False
        return any(role_of(member.scopes) == "owner" for member in members)

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
