"""Deepgram among the providers that this installation works with."""

from __future__ import annotations

from pydantic import SecretStr

from bot.providers.deepgram.addresses import DEFAULT_URL
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.identity import ProjectOfKey, nowhere
from bot.providers.deepgram.vendor import DEEPGRAM
from bot.providers.provider import ProviderKind


def deepgram_kind(
    url: str = DEFAULT_URL, *, frozen: bool = False, project_of_key: ProjectOfKey = nowhere
) -> ProviderKind:
    """Return Deepgram at this address; ``project_of_key`` tells where a key was last seen."""

    def open_account(credential: SecretStr) -> Deepgram:
        return Deepgram(credential, url, frozen=frozen, project_of_key=project_of_key)

    return ProviderKind(DEEPGRAM, open_account)
