"""A stream that does not come to its own end is never a clean end: an error to SDKs, settled by what was delivered."""

from __future__ import annotations

from typing import Any

import groq
import openai
import pytest

from bot.gateway.metering import Usage
from playground.groq.faults import Fault, Kind
from tests.gateway.raw_upstream import before, saying
from tests.gateway.running import HELLO, MODEL, Running, limited

SDK = {"model": MODEL, "messages": HELLO}
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
WORD = b'data: {"choices":[{"index":0,"delta":{"content":"four letters"}}]}\n\n'


async def read(client: Any) -> str:
    """Read a stream to its end with an SDK, and return its text."""
    text = ""
    async for chunk in await client.chat.completions.create(**SDK, max_tokens=90, stream=True):
        text += chunk.choices[0].delta.content or ""
    return text


async def test_a_cut_stream_is_an_error_to_both_sdks_and_not_tried_again(here: Running) -> None:
    here.groq.faults.add(Fault("cut", times=2, chunks=4))
    with pytest.raises(groq.APIError, match="broke off"):
        await read(here.by_groq(retries=2))
    with pytest.raises(openai.APIError, match="broke off"):
        await read(here.by_openai(retries=2))

    assert len(here.groq.seen) == 2


async def test_a_cut_stream_is_settled_by_what_was_delivered(here: Running) -> None:
    here.add_key("prod", "prod", limits=limited(TPM=200))
    here.groq.faults.add(Fault("cut", chunks=4))
    with pytest.raises(groq.APIError):
        await read(here.by_groq("prod"))
    (record,) = await here.told()
    answer = await here.post(name="prod", max_tokens=1)

    assert record.usage == Usage(11, 4, is_estimated=True)  # "The quick brown" has fifteen letters
    assert (record.status, record.cause) == (200, "upstream_cut")
    assert int(answer.headers["x-ratelimit-remaining-tokens"]) == 200 - 15 - 12


STREAMED: tuple[Kind, ...] = ("cut", "end", "error_event")


@pytest.mark.parametrize("kind", STREAMED)
async def test_a_response_that_does_not_come_to_its_end_is_an_error_too(here: Running, kind: Kind) -> None:
    here.groq.faults.add(Fault(kind, chunks=4))
    stream = await here.by_openai(retries=2).responses.create(model=MODEL, input="Say", stream=True)
    with pytest.raises(openai.APIError):
        assert [event async for event in stream]
    (record,) = await here.told()

    assert record.usage == Usage(1, 4, is_estimated=True)
    assert len(here.groq.seen) == 1


@pytest.mark.parametrize("end", [b"", b'data: {"choices":[{"index":0,"del', WORD[:-1]])
async def test_a_stream_that_ends_without_its_last_event_was_cut_however_clean_it_looks(
    here: Running, end: bytes
) -> None:
    async with saying(STREAM + WORD, end) as url:
        before(here, url)
        raw = (await here.post(stream=True)).text

    assert raw.startswith(WORD.decode() + "event: error\ndata: ")
    assert "upstream_cut" in raw


async def test_what_the_provider_says_in_a_stream_is_an_end_and_masked(here: Running) -> None:
    error = b'event: error\ndata: {"error":{"message":"over capacity for org_01abc","type":"x"}}\n\n'
    async with saying(STREAM + WORD, error) as url:
        before(here, url)
        raw = (await here.post(stream=True)).text

    assert raw == WORD.decode() + error.decode().replace("org_01abc", "org_***")
    (record,) = await here.told()
    assert record.usage == Usage(11, 3, is_estimated=True)


async def test_a_stream_is_over_at_its_last_event_even_if_the_connection_stays(here: Running) -> None:
    async with saying(STREAM + WORD + b"data: [DONE]\n\n", stays=True) as url:
        before(here, url)

        assert await read(here.by_groq()) == "four letters"
    (record,) = await here.told()
    assert (record.status, record.cause) == (200, None)
