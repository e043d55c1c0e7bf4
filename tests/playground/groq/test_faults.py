"""What the emulated Groq does wrong on demand, as the official SDKs and a bare client meet it."""

from __future__ import annotations

import re
import time

import groq
import httpx
import openai
import pytest

from playground.groq.faults import Fault
from playground.groq.state import Served
from tests.playground.groq.conftest import HELLO, MODEL, Groq, asks
from tests.sdks import TRUSTS_NOBODY


async def streamed(here: Groq) -> list[str]:
    """Return the words of a streamed chat, as far as it comes."""
    stream = await here.groq.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
    return [chunk.choices[0].delta.content or "" async for chunk in stream]


async def test_a_given_refusal_comes_as_often_as_was_asked(here: Groq) -> None:
    body = '{"error":{"message":"Rate limit reached on tokens per minute (TPM)","type":"tokens"}}'
    here.emulator.faults.add(Fault("status", times=2, status=429, body=body, retry_after="11.75"))
    for _ in range(2):
        with pytest.raises(groq.RateLimitError, match="TPM") as refused:
            await asks(here)
        assert refused.value.response.headers["retry-after"] == "11.75"
    await asks(here)
    assert here.emulator.state.served[here.key, MODEL].calls == 1


async def test_a_fault_meets_only_the_paths_that_it_names(here: Groq) -> None:
    here.emulator.faults.add(Fault("status", times=None, status=503, path=re.compile("responses$")))
    await asks(here)
    with pytest.raises(openai.InternalServerError):
        await here.openai.responses.create(model=MODEL, input="Say")
    here.emulator.faults.clear()
    await here.openai.responses.create(model=MODEL, input="Say")


async def test_a_broken_connection_may_hide_a_call_that_was_served(here: Groq) -> None:
    here.emulator.faults.add(Fault("drop"))
    with pytest.raises(groq.APIConnectionError):
        await asks(here)
    assert here.emulator.state.served == {}
    here.emulator.faults.add(Fault("drop_after"))
    with pytest.raises(groq.APIConnectionError):
        await asks(here)
    assert here.emulator.state.served[here.key, MODEL].calls == 1


async def test_answers_come_packed_halved_or_huge(here: Groq) -> None:
    faults = here.emulator.faults
    faults.add(Fault("gzip"))
    assert (await asks(here)).usage is not None
    headers = {"authorization": f"Bearer {here.key}"}
    async with httpx.AsyncClient(verify=TRUSTS_NOBODY, base_url=here.emulator.url, headers=headers) as client:
        faults.add(Fault("malformed"))
        halved = await client.post("/openai/v1/chat/completions", json={"model": MODEL, "messages": HELLO})
        with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
            halved.json()
        faults.add(Fault("huge", size=100_000))
        huge = await client.post("/openai/v1/chat/completions", json={"model": MODEL, "messages": HELLO})
        assert len(huge.content) > 100_000


@pytest.mark.parametrize("is_stream", [False, True])
async def test_the_first_byte_can_be_late(here: Groq, is_stream: bool) -> None:
    here.emulator.faults.add(Fault("slow", seconds=0.2))
    begun = time.monotonic()
    await here.groq.chat.completions.create(model=MODEL, messages=HELLO, stream=is_stream)
    assert time.monotonic() - begun >= 0.2


async def test_a_cut_stream_breaks_and_what_was_not_sent_is_counted(here: Groq) -> None:
    here.emulator.faults.add(Fault("cut", chunks=6))
    with pytest.raises(httpx.RemoteProtocolError, match=r"incomplete|peer closed"):
        await streamed(here)
    told = Served(calls=1, input_tokens=6, output_tokens=20, broken=1, unsent_tokens=15)
    assert here.emulator.state.served[here.key, MODEL] == told


async def test_a_stream_that_only_ends_early_looks_whole_to_the_sdk(here: Groq) -> None:
    here.emulator.faults.add(Fault("end", chunks=3))
    assert await streamed(here) == ["", "The", " quick"]


async def test_a_stream_can_tell_an_error(here: Groq) -> None:
    here.emulator.faults.add(Fault("error_event", chunks=3))
    with pytest.raises(groq.APIError, match="Internal server error"):
        await streamed(here)


async def test_a_stream_can_pause_and_go_on(here: Groq) -> None:
    here.emulator.faults.add(Fault("stall", chunks=3, seconds=0.2))
    begun = time.monotonic()
    assert len(await streamed(here)) == 22
    assert time.monotonic() - begun >= 0.2
