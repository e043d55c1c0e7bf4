"""An emulated Deepgram on loopback, at a moment that the test can move."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from playground.deepgram.server import DeepgramEmulator
from tests.clocks import SetClock

# Cleartext to loopback: reading the machine's certificates for each test takes longer than most of the tests.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 11, 21, 9, 30, tzinfo=UTC))


@pytest.fixture
async def emulator(clock: SetClock) -> AsyncIterator[DeepgramEmulator]:
    emulator = DeepgramEmulator(clock.now)
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.fixture
async def http(emulator: DeepgramEmulator) -> AsyncIterator[httpx.AsyncClient]:
    """A bare HTTP client with the admin's key."""
    headers = {"Authorization": f"Token {emulator.credentials['admin']}"}
    async with httpx.AsyncClient(
        base_url=emulator.url, headers=headers, trust_env=False, timeout=5, verify=NO_CERTIFICATES
    ) as client:
        yield client


@pytest.fixture
def keys_path(emulator: DeepgramEmulator) -> str:
    """The path of the keys of the first seeded project, "production"."""
    return f"/v1/projects/{next(iter(emulator.state.projects))}/keys"
