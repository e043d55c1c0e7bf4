"""Our client, speaking with the emulated Deepgram."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.providers.deepgram.client import Deepgram
from bot.providers.http import CallLimits
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.limits import PatientLimits
from tests.playground.deepgram.conftest import clock, emulator, http

__all__ = ["clock", "emulator", "http"]

SHORT = CallLimits(read=1.0, read_total=3.0, change=0.3, connect=1.0)
ClientOf = Callable[[str], Deepgram]


async def no_pause(_: float) -> None:
    """Retry at once."""


@pytest.fixture
async def client_of(emulator: DeepgramEmulator) -> AsyncIterator[ClientOf]:
    """Make clients of a credential's role: "owner", "admin" or "member"."""
    async with AsyncExitStack() as stack:

        def make(role: str) -> Deepgram:
            secret = SecretStr(emulator.credentials[role])
            client = Deepgram(secret, emulator.url, limits=PatientLimits(emulator.faults, SHORT), pause=no_pause)
            stack.push_async_callback(client.aclose)
            return client

        yield make


@pytest.fixture
def deepgram(client_of: ClientOf) -> Deepgram:
    """The client that Keydesk recommends: an admin-role key of a service account."""
    return client_of("admin")


@pytest.fixture
def project(emulator: DeepgramEmulator) -> Project:
    """The first seeded project, "production"."""
    return next(iter(emulator.state.projects.values()))


@pytest.fixture
async def sdk(emulator: DeepgramEmulator) -> AsyncIterator[Any]:
    """Deepgram's own SDK, speaking with the emulated Deepgram as an owner."""
    from tests.providers.deepgram.oracle import sdk_client

    async with httpx.AsyncClient(trust_env=False) as client:
        yield sdk_client(client, emulator.url, emulator.credentials["owner"])


@pytest.fixture
def owner(client_of: ClientOf) -> Deepgram:
    """Our client with an owner's key."""
    return client_of("owner")
