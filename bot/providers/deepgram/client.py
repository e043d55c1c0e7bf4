"""The client of Deepgram's management API: groups of endpoints over one transport."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import httpx
from pydantic import SecretStr

from bot.errors import CredentialsRejected, NotFound, Unavailable, Unclear
from bot.providers.deepgram.addresses import DEFAULT_URL
from bot.providers.deepgram.billing import BillingReports
from bot.providers.deepgram.errors import error_of
from bot.providers.deepgram.identity import Identity, ProjectOfKey, nowhere
from bot.providers.deepgram.invites import Invites
from bot.providers.deepgram.requests import Requests
from bot.providers.deepgram.speech_models import SpeechModels
from bot.providers.deepgram.tokens import Tokens
from bot.providers.deepgram.usage import UsageReports
from bot.providers.http import Limits, Sender, Transport
from bot.sealing import fingerprint

MAIN = "main"  # the id of the account whose credential stands in the environment


class Deepgram(Identity, Invites, Requests, UsageReports, BillingReports, SpeechModels, Tokens):
    """Deepgram with one management key: its whole management API but three things.

    Left out: leaving a project (it kills every key that Keydesk made), the credentials of self-hosted installations
    (they open Deepgram's container registry, not its API, and are handed out with a contract), and the stored
    configurations of voice agents (they are part of a customer's program, not of who may use what).

    Every method raises ``bot.errors.ProviderError`` in the kinds that ``errors.py`` maps: a read that fails is
    ``Unavailable``, a change that may have been made is ``Unclear``, and nothing that changes is sent twice.
    An injected ``client`` stays its owner's to close, and should not trust the environment's proxies.
    ``project_of_key`` tells where a key was last seen, so that our own need not be searched for.
    ``fingerprint`` tells credentials apart. `accounts.DeepgramAccounts` is the same over several keys.
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
        project_of_key: ProjectOfKey = nowhere,
    ) -> None:
        authorization = SecretStr(f"Token {_checked(api_key)}")
        self.fingerprint = fingerprint(api_key)
        super().__init__(
            Transport(base_url, authorization, error_of, client=client, limits=limits, pause=pause, frozen=frozen),
            project_of_key=project_of_key,
            pause=pause,
        )
        self._base_url = base_url

    @property
    def transport(self) -> Sender:
        """What sends this client's calls."""
        return self._transport

    async def account_of(self, project_id: str) -> Deepgram:
        """Return the client of the account that a project is of: with one account, this one."""
        del project_id
        return self

    async def lacks_project(self, project_id: str) -> bool:
        """Tell whether a project is certainly not there any more, or not for us: the whole list lacks it.

        A list without any project proves nothing: the credential is itself a key of one.

        Raises:
            ProviderError: Deepgram did not say, or not all of it; or the account cannot be used.
        """
        client = await self.account_of(project_id)
        listed = (await client.projects()).certain("projects")
        if not listed:
            raise Unavailable("Deepgram listed no project at all, so whether one is gone cannot be told.")
        return all(project.project_id != project_id for project in listed)

    async def lists_key(self, project_id: str, key_id: str) -> bool:
        """Tell whether the whole list of a project's live keys holds a key: “not found” alone proves no absence.

        Of a project that is gone, or that we are no member of any more, no key is left that we could use or end.

        Raises:
            Unclear: it lists the project, and does not find it.
            ProviderError: Deepgram did not say, or not all of it.
        """
        try:
            listed = (await self.keys(project_id, status="active")).certain("keys")
        except NotFound as problem:
            if not await self.lacks_project(project_id):
                raise Unclear("Deepgram lists this project, and does not find it.") from problem
            return False
        return any(key.key_id == key_id for key in listed)

    async def accounts(self) -> Mapping[str, Deepgram]:
        """Return the client of each account that can be used, by its id, the main one first."""
        return {MAIN: self}

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
