"""Four hundred connections send half a request and stay, while people work."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time

import aiohttp
import pytest

from playground.supervisor import Transport
from tests.scenarios.people import MARIA, PRIYA, YUKI, Person
from tests.soak.conftest import Tell
from tests.soak.stage import FreshDatabase, Stage, stage

pytestmark = pytest.mark.soak

HALF_OPEN = 400
SECONDS = 25.0
ACK_SECONDS = 3.0
HALVES = (
    b"",
    b"POST /slack/events HTTP/1.1\r\nhost: x\r\n",
    b"POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\npayload=",
    b"GET /healthz HTTP/1.1\r\nx-slow: ",
)


@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_people_are_served_while_others_send_half(
    transport: Transport, fresh_sqlite: FreshDatabase, tell: Tell
) -> None:
    async with stage(fresh_sqlite, transport=transport) as here:
        pages = [await here.page(user) for user in (YUKI, PRIYA, MARIA)]
        alone = [await _answered(page) for page in pages]
        closed: list[float] = []
        crowd = [asyncio.create_task(_stays(here, half, closed)) for half in _halves()]
        await asyncio.sleep(1)
        ends, waits, probes = time.monotonic() + SECONDS, [], []
        while time.monotonic() < ends:
            waits += await asyncio.gather(*(_answered(page) for page in pages))
            probes.append(await _probed(here))
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
        tell(
            f"{HALF_OPEN} half-open connections over {transport}, {SECONDS:.0f} s: {len(waits)} commands acked, the "
            f"slowest {max(waits):.2f} s (alone {max(alone):.2f} s); /healthz {len(probes)} times, the slowest "
            f"{max(probes):.2f} s; {len(closed)} half-sent requests closed, the last to go after {max(closed):.1f} s"
        )
        assert max(waits) < ACK_SECONDS
        assert len(closed) >= HALF_OPEN
        assert max(closed) < 15


def _halves() -> list[bytes]:
    return list(itertools.islice(itertools.cycle(HALVES), HALF_OPEN))


async def _stays(here: Stage, half: bytes, closed: list[float]) -> None:
    """Send a half and wait; closed, come again."""
    while True:
        began = time.monotonic()
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", here.bot_port)
            try:
                writer.write(half)
                await reader.read()
            finally:
                writer.close()
        closed.append(time.monotonic() - began)
        await asyncio.sleep(0.2)


async def _answered(page: Person) -> float:
    began = time.monotonic()
    assert (await page.types("/keys mine"))["ok"]
    return time.monotonic() - began


async def _probed(here: Stage) -> float:
    began = time.monotonic()
    address = f"http://127.0.0.1:{here.bot_port}/healthz"
    async with aiohttp.ClientSession() as client, client.get(address) as answer:
        assert answer.status == 200
    return time.monotonic() - began
