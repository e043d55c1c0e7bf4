"""SIGTERM takes no new call, lets those under way end, and breaks off what does not."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import groq
import httpx
import pytest

from playground.groq.faults import Fault
from playground.groq.server import GroqEmulator
from tests.gateway.running import HELLO, MODEL
from tests.sdks import TRUSTS_NOBODY, groq_sdk
from tests.waiting import until

SDK: dict[str, Any] = {"model": MODEL, "messages": HELLO, "max_tokens": 100}


class Separate:
    """A gateway in a process of its own."""

    def __init__(self, process: Process, url: str, key: str) -> None:
        self.process = process
        self.url = url
        self.key = key
        self.sdk: Any = groq_sdk(url, key)

    @property
    def bearer(self) -> Mapping[str, str]:
        """The header that the key is sent in."""
        return {"authorization": f"Bearer {self.key}"}

    async def left(self) -> list[str]:
        """Wait for the end of the process; return what it told of calls."""
        out, _ = await asyncio.wait_for(self.process.communicate(), 20)
        assert self.process.returncode == 0
        return out.decode().split("\n")[:-1]


@asynccontextmanager
async def separate(emulator: GroqEmulator, drain_seconds: float) -> AsyncIterator[Separate]:
    """Run a gateway of its own while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    upstream_key = emulator.state.add_organization().new_key()
    given = (emulator.url, upstream_key, str(port), str(drain_seconds))
    command = (sys.executable, "-m", "tests.gateway.gateway_process", *given)
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    key = (await process.stdout.readline()).decode().strip()
    found = Separate(process, f"http://127.0.0.1:{port}", key)
    try:
        await answering(found.url)
        yield found
    finally:
        await found.sdk.close()
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def answering(url: str) -> None:
    """Wait until somebody answers there."""
    async with httpx.AsyncClient(verify=TRUSTS_NOBODY) as client, asyncio.timeout(20):
        while True:
            try:
                await client.get(f"{url}/healthz")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


@pytest.fixture
async def emulator() -> AsyncIterator[GroqEmulator]:
    """A Groq whose streams take ten seconds."""
    running = GroqEmulator()
    running.state.answer_tokens = 100
    running.state.between_chunks = 0.1
    await running.start()
    yield running
    await running.stop()


async def test_an_idle_gateway_ends_at_once(emulator: GroqEmulator) -> None:
    async with separate(emulator, 30.0) as gateway:
        began = time.monotonic()
        gateway.process.send_signal(signal.SIGTERM)
        await gateway.left()

        assert time.monotonic() - began < 5


async def test_no_new_call_is_taken_and_an_open_stream_ends_with_an_error_event(emulator: GroqEmulator) -> None:
    async with (
        separate(emulator, 1.0) as gateway,
        httpx.AsyncClient(headers=gateway.bearer, verify=TRUSTS_NOBODY) as kept,
    ):
        await kept.get(f"{gateway.url}/v1/models")
        stream = await gateway.sdk.chat.completions.create(**SDK, stream=True)
        chunks = stream.__aiter__()
        await anext(chunks)
        gateway.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        await asyncio.sleep(0.2)
        for client in (
            kept,
            httpx.AsyncClient(headers=gateway.bearer, verify=TRUSTS_NOBODY),
        ):  # a kept connection, and a new one
            refused = await client.post(f"{gateway.url}/v1/chat/completions", json=SDK)
            assert (refused.status_code, refused.json()["error"]["code"]) == (503, "gateway_stopping")
            assert float(refused.headers["retry-after"]) > 0
            assert refused.headers["connection"] == "close"
            await client.aclose()
        with pytest.raises(groq.APIError, match="restarted"):
            async for _ in chunks:
                pass
        took = time.monotonic() - began
        told = await gateway.left()

        assert 0.9 < took < 5
        assert "200 gateway_stopping" in told
        await until(lambda: emulator.state.dropped == 1)


async def test_a_stream_that_ends_by_itself_in_time_is_not_broken_off(emulator: GroqEmulator) -> None:
    emulator.state.between_chunks = 0.01
    async with separate(emulator, 20.0) as gateway:
        stream = await gateway.sdk.chat.completions.create(**SDK, stream=True)
        chunks = stream.__aiter__()
        await anext(chunks)
        gateway.process.send_signal(signal.SIGTERM)
        rest = [chunk async for chunk in chunks]

        assert rest[-1].choices[0].finish_reason == "stop"
        assert await gateway.left() == ["200 None"]


async def test_a_whole_answer_that_does_not_come_in_time_is_broken_off_and_not_tried_again(
    emulator: GroqEmulator,
) -> None:
    emulator.faults.add(Fault("slow", seconds=10.0))
    async with separate(emulator, 0.3) as gateway:
        call = asyncio.create_task(gateway.sdk.with_options(max_retries=2).chat.completions.create(**SDK))
        await until(lambda: emulator.seen)
        gateway.process.send_signal(signal.SIGTERM)
        with pytest.raises(groq.APIStatusError) as broken:
            await call

        assert broken.value.status_code == 424
        assert await gateway.left() == ["424 gateway_stopping"]
    assert len(emulator.seen) == 1
